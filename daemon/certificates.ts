import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Configuration, ConfigurationError } from './config.ts';
import type { KeyAndCertificate, KeyKind } from './self-made-certificate.ts';

/**
 * What the TLS listeners show, PEM. Two, since OCPP security wants ECDHE-ECDSA and RSA suites offered (SECURITY §3, A00.FR.317).
 * `fingerprint` is the SHA-256 of the EC one, which every modern client gets: people compare it once and pin it.
 */
export type TlsKeys = Readonly<{ ec: KeyAndCertificate; rsa: KeyAndCertificate; fingerprint: string }>;

/** Where a certificate and its key lie, and whether we make them ourselves. */
export function certificateFiles(configuration: Configuration) {
  const { data, tlsEcCertificate, tlsEcKey, tlsRsaCertificate, tlsRsaKey } = configuration;
  const files = (kind: KeyKind, cert: string, key: string) => {
    if ((cert === '') !== (key === '')) {
      throw new ConfigurationError([`tls-${kind}-certificate and tls-${kind}-key belong together; one of them is missing.`]);
    }
    const selfMade = cert === '';
    const made = join(data, 'certificates', kind);
    return selfMade ? { kind, selfMade, cert: `${made}.crt.pem`, key: `${made}.key.pem` } : { kind, selfMade, cert, key };
  };
  return [files('ec', tlsEcCertificate, tlsEcKey), files('rsa', tlsRsaCertificate, tlsRsaKey)] as const;
}

/** The configured certificates, or the self-made ones, which are made when they are missing. */
export async function openCertificates(configuration: Configuration): Promise<TlsKeys> {
  const files = certificateFiles(configuration);
  for (const { kind, selfMade, cert, key } of files) {
    if (!selfMade || (existsSync(cert) && existsSync(key))) continue;
    // Loaded only at first start: it takes a tenth of a second.
    const { makeCertificate } = await import('./self-made-certificate.ts');
    const made = await makeCertificate(kind, configuration.publicName);
    mkdirSync(dirname(cert), { recursive: true, mode: 0o700 });
    writeFileSync(key, made.key, { mode: 0o600 });
    writeFileSync(cert, made.cert, { mode: 0o600 });
  }
  const read = ({ cert, key }: (typeof files)[number]) => ({ cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') });
  const ec = read(files[0]);
  return { ec, rsa: read(files[1]), fingerprint: new X509Certificate(ec.cert).fingerprint256 };
}
