import { randomBytes } from 'node:crypto';
import type { TransferProtocol } from '../../../shared/model/file-transfer.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import { externalAddress, fileServerSettings, folderOn } from './file-server.ts';
import type { ExternalAddress } from './files.ts';
import { supportedProtocols } from './supported.ts';

/** Where a station exchanges files, and how; null: with our own server. */
export type Place = Readonly<{ protocol: TransferProtocol; external: ExternalAddress | null }>;

/** What opens one transfer on our own server. */
export type Key = Readonly<{ user: string; secret: string }>;

/** Letters and digits alone: not every station undoes percent-encoding. */
export const newKey = (): Key => ({ user: randomBytes(8).toString('hex'), secret: randomBytes(16).toString('hex') });

/**
 * The place by the settings and by what is known of the station as it is now. Refuses with `protocolNotSupported`, and with
 * `fileServerRefused` when an external server is wanted and none is set.
 */
export async function placeNow(central: Central, station: Station, asked: TransferProtocol | undefined): Promise<Place> {
  const settings = await fileServerSettings(central);
  if (settings.server === 'external') {
    const external = await externalAddress(central);
    return { protocol: external.secure ? 'ftps' : 'ftp', external };
  }
  const fixed = asked ?? (settings.protocol === 'auto' ? undefined : settings.protocol);
  return { protocol: await protocolFor(central, station, fixed), external: null };
}

/**
 * The URL that a station is told; without a key its form alone, for people. A directory ends with a slash; the name of a log is the
 * station's (FACTS §6.11).
 */
export function locationAt(
  central: Central,
  { protocol, external }: Place,
  transferId: string,
  fileName: string,
  key: Key | null,
): string {
  if (external) {
    const sign = key ? `${encodeURIComponent(external.user)}:${encodeURIComponent(external.password)}@` : '';
    return `${protocol}://${sign}${inUrl(external.host)}:${external.port}${folderOn(external, transferId)}/${fileName}`;
  }
  const { endpoints } = central.files;
  if (!endpoints) throw new DomainError('fileServerRefused', { reason: 'the daemon is still starting' });
  if (protocol === 'ftp' || protocol === 'ftps') {
    const sign = key ? `${key.user}:${key.secret}@` : '';
    return `${protocol}://${sign}${inUrl(endpoints.ftp.host)}:${endpoints.ftp.port}/${fileName}`;
  }
  const { host, port } = endpoints[protocol];
  return `${protocol}://${inUrl(host)}:${port}/files/${key ? `${key.user}/${key.secret}/` : ''}${fileName}`;
}

const inUrl = (host: string) => (host.includes(':') ? `[${host}]` : host);

/**
 * What the station says that it supports is obeyed. Over TLS it trusts our certificate already; else what needs no trust comes first.
 * Of a station that says nothing FTP is expected: it is what nearly all of them speak.
 */
async function protocolFor(central: Central, station: Station, fixed: TransferProtocol | undefined): Promise<TransferProtocol> {
  const supported = await supportedProtocols(central, station);
  if (fixed && (supported.length === 0 || supported.includes(fixed))) return fixed;
  if (fixed) throw new DomainError('protocolNotSupported', { supported: supported.join(', ').toUpperCase() });
  const order = station.link?.secure ? (['https', 'ftps', 'http', 'ftp'] as const) : (['http', 'ftp', 'https', 'ftps'] as const);
  return order.find((each) => supported.includes(each)) ?? 'ftp';
}
