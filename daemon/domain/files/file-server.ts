import { posix } from 'node:path';
import type { InputOf } from '../../../shared/api/contract.ts';
import type { fileServer } from '../../../shared/api/files.ts';
import type { FileServerSettings } from '../../../shared/model/file-transfer.ts';
import { fileServerRow, updateFileServer } from '../../storage/firmware.ts';
import type { FileServerTable } from '../../storage/tables.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import type { ExternalAddress, ProbeStep } from './files.ts';
import { openSafe } from './secret.ts';

/** The settings of file exchange, without secrets. */
export const fileServerSettings = async (central: Central): Promise<FileServerSettings> =>
  shown(await fileServerRow(central.storage.read));

/** Changes them. Refuses an external server that has no address. */
export async function changeFileServer(
  central: Central,
  person: Person,
  input: InputOf<typeof fileServer.set>,
): Promise<FileServerSettings> {
  const { server, protocol, keepDays, external } = input;
  const before = await fileServerRow(central.storage.read);
  if (external.url !== '') addressOf(external.url);
  if (server === 'external' && external.url === '') throw refused('url', 'there is no address');
  if (server === 'external' && (protocol === 'http' || protocol === 'https')) throw refused('protocol', 'it speaks FTP or FTPS');
  const { password } = external;
  const locked = password === undefined ? before.password : password === null ? null : safe(central).lock(password);
  const { url, user } = external;
  const flags = { allowPrivate: Number(external.allowPrivate), trustCertificate: Number(external.trustCertificate) };
  const row = { server, protocol, keepDays, url, user, password: locked, ...flags };
  const after = shown({ ...before, ...row });
  await central.storage.write([
    updateFileServer(row),
    audit(central, person, { action: 'fileServer.set', subject: server, before: shown(before), after }),
  ]);
  return after;
}

/**
 * Tries the server of the settings. An external one: writes, reads and removes a small file. The built-in one: whether it answers at
 * the address that stations are told.
 */
export async function testFileServer(central: Central, person: Person): Promise<readonly ProbeStep[]> {
  const { files, storage } = central;
  const { server } = await fileServerRow(storage.read);
  await storage.write([audit(central, person, { action: 'fileServer.test', subject: server })]);
  if (!files.external || !files.endpoints) throw refused('', 'the daemon is still starting');
  return server === 'external'
    ? await files.external.probe(await externalAddress(central))
    : await files.external.greet(files.endpoints.ftp);
}

/** The external server with its password. Refuses with `fileServerRefused` when none is set. */
export async function externalAddress(central: Central): Promise<ExternalAddress> {
  const row = await fileServerRow(central.storage.read);
  if (row.url === '') throw refused('url', 'there is no address');
  const password = row.password === null ? '' : safe(central).open(row.password);
  if (password === null) throw refused('password', 'the stored password cannot be read; enter it again');
  const flags = { allowPrivate: row.allowPrivate === 1, trustCertificate: row.trustCertificate === 1 };
  return { ...addressOf(row.url), user: row.user, password, ...flags };
}

/** The folder of a transfer on an external server. */
export const folderOn = (server: ExternalAddress, publicId: string): string => posix.join('/', server.folder, publicId);

function addressOf(text: string): Pick<ExternalAddress, 'secure' | 'host' | 'port' | 'folder'> {
  if (!URL.canParse(text)) throw refused('url', 'that is no address; an example is ftps://files.example.org/stations');
  const url = new URL(text);
  if (url.protocol !== 'ftp:' && url.protocol !== 'ftps:') throw refused('url', 'it has to begin with ftp:// or ftps://');
  if (url.username !== '' || url.password !== '') throw refused('url', 'user and password have fields of their own');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === '') throw refused('url', 'there is no host in it');
  const folder = decodeURIComponent(url.pathname).replace(/\/+$/, '');
  if (folder.split('/').includes('..')) throw refused('url', 'its folder leads upwards');
  return { secure: url.protocol === 'ftps:', host, port: url.port === '' ? 21 : Number(url.port), folder };
}

const refused = (field: string, reason: string) =>
  new DomainError('fileServerRefused', { reason }, field === '' ? {} : { [field]: reason });

const safe = (central: Central) => openSafe(central.settings.files.keyFile);

const shown = (row: FileServerTable): FileServerSettings => ({
  server: row.server === 'external' ? 'external' : 'builtIn',
  protocol: row.protocol as FileServerSettings['protocol'], // only this file writes it
  keepDays: row.keepDays,
  external: {
    url: row.url,
    user: row.user,
    hasPassword: row.password !== null,
    allowPrivate: row.allowPrivate === 1,
    trustCertificate: row.trustCertificate === 1,
  },
});
