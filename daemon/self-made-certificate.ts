import 'reflect-metadata';
import { hostname, networkInterfaces } from 'node:os';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** PEM. */
export type KeyAndCertificate = Readonly<{ key: string; cert: string }>;
export type KeyKind = 'ec' | 'rsa';

const algorithms = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
} as const;

/** Self-made certificates are pinned, so a new one alarms everybody who did: they live as long as the installation may. */
const validYears = 10;

/** Makes a key and a certificate for every name and address of this machine, signed by itself. */
export async function makeCertificate(kind: KeyKind, publicName: string): Promise<KeyAndCertificate> {
  const names = namesOfThisMachine(publicName);
  const keys = await crypto.subtle.generateKey(algorithms[kind], true, ['sign', 'verify']);
  const from = new Date(Date.now() - 86_400_000); // A station's clock may be behind ours.
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [names.common] }, { O: ['Charge Portal'] }],
    notBefore: from,
    notAfter: new Date(Date.UTC(from.getUTCFullYear() + validYears, from.getUTCMonth(), from.getUTCDate())),
    signingAlgorithm: algorithms[kind],
    keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | (kind === 'rsa' ? KeyUsageFlags.keyEncipherment : 0), true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(names.all),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { cert: `${certificate.toString('pem')}\n`, key: `${key}\n` };
}

function namesOfThisMachine(publicName: string): { common: string; all: JsonGeneralNames } {
  const isAddress = /^[\d.]+$|:/.test(publicName);
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter((each) => each.scopeid === undefined || each.scopeid === 0);
  const dns = new Set(['localhost', hostname(), ...(publicName !== '' && !isAddress ? [publicName] : [])]);
  const ip = new Set(['127.0.0.1', '::1', ...addresses.map((each) => each.address), ...(isAddress ? [publicName] : [])]);
  const all: JsonGeneralNames = [
    ...[...dns].map((value) => ({ type: 'dns', value }) as const),
    ...[...ip].map((value) => ({ type: 'ip', value }) as const),
  ];
  return { common: publicName || hostname(), all };
}
