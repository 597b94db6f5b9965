import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
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
import type { Configuration } from './config.ts';

type KeyAndCertificate = Readonly<{ key: string; cert: string }>;

/**
 * What the TLS listeners show, PEM. Two, since OCPP security wants ECDHE-ECDSA and RSA suites offered (SECURITY §3, A00.FR.317).
 * `fingerprint` is the SHA-256 of the EC one, which every modern client gets: people compare it once and pin it.
 */
export type TlsKeys = Readonly<{ ec: KeyAndCertificate; rsa: KeyAndCertificate; fingerprint: string }>;

const kinds = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  },
} as const;
type Kind = keyof typeof kinds;

/** Self-made certificates are pinned, so a new one alarms everybody who did: they live as long as the installation may. */
const validYears = 10;

/** Where the self-made certificates lie. */
export const certificateFolder = (data: string) => join(data, 'certificates');

/** The configured certificates, or the self-made ones, which are made when they are missing. */
export async function openCertificates(configuration: Configuration): Promise<TlsKeys> {
  const [ec, rsa] = await Promise.all([
    own(configuration.tlsEcCertificate, configuration.tlsEcKey, 'tls-ec') ?? selfMade('ec', configuration),
    own(configuration.tlsRsaCertificate, configuration.tlsRsaKey, 'tls-rsa') ?? selfMade('rsa', configuration),
  ]);
  return { ec, rsa, fingerprint: new X509Certificate(ec.cert).fingerprint256 };
}

function own(certificateFile: string, keyFile: string, name: string): KeyAndCertificate | null {
  if (certificateFile === '' && keyFile === '') return null;
  if (certificateFile === '' || keyFile === '')
    throw new Error(`${name}-certificate and ${name}-key belong together; one is missing.`);
  return { cert: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

async function selfMade(kind: Kind, configuration: Configuration): Promise<KeyAndCertificate> {
  const folder = certificateFolder(configuration.data);
  const files = { cert: join(folder, `${kind}.crt.pem`), key: join(folder, `${kind}.key.pem`) };
  if (!existsSync(files.cert) || !existsSync(files.key)) {
    const made = await make(kind, namesOfThisMachine(configuration.publicName));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(files.key, made.key, { mode: 0o600 });
    writeFileSync(files.cert, made.cert, { mode: 0o600 });
  }
  return { cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
}

async function make(kind: Kind, names: Readonly<{ common: string; all: JsonGeneralNames }>): Promise<KeyAndCertificate> {
  const keys = await crypto.subtle.generateKey(kinds[kind], true, ['sign', 'verify']);
  const from = new Date(Date.now() - 86_400_000); // A station's clock may be behind ours.
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [names.common] }, { O: ['Charge Portal'] }],
    notBefore: from,
    notAfter: new Date(Date.UTC(from.getUTCFullYear() + validYears, from.getUTCMonth(), from.getUTCDate())),
    signingAlgorithm: kinds[kind],
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
