import { randomBytes, randomUUIDv7 } from 'node:crypto';
import type { InputOf } from '../../../shared/api/contract.ts';
import type { diagnostics, firmware as firmwareApi } from '../../../shared/api/files.ts';
import type { StationRequest } from '../../../shared/model/command.ts';
import { isFirmwareFor, type TransferProtocol } from '../../../shared/model/file-transfer.ts';
import { firmwareByPublicId } from '../../storage/firmware.ts';
import { stationRow } from '../../storage/station-details.ts';
import { deleteTransfer, insertTransfer, linkTransfer, type ShownTransfer, transferByPublicId } from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import { sendCommand } from '../command/send.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import type { Person } from '../user/person.ts';
import { externalAddress, fileServerSettings, folderOn } from './file-server.ts';
import { type ExternalAddress, pathOf } from './files.ts';
import { hashSecret } from './job.ts';
import { nameForUrl } from './names.ts';
import { endRefused } from './outcome.ts';
import { supportedProtocols } from './supported.ts';

type Attempts = Readonly<{ retries?: number; retryIntervalS?: number; protocol?: TransferProtocol }>;
type Assignment = Omit<InputOf<typeof firmwareApi.assign>, 'stationId'>;
type DiagnosticsRequest = Omit<InputOf<typeof diagnostics.request>, 'stationId'>;

/**
 * Lets a station fetch a firmware and install it. It gets a URL with a user and password of its own that open this one file, until
 * some time after it was to come. Refuses with `firmwareUnknown`, `firmwareMismatch`, and what `sendCommand` refuses with.
 */
export async function assignFirmware(
  central: Central,
  person: Person,
  station: Station,
  input: Assignment,
): Promise<ShownTransfer> {
  const firmware = await firmwareByPublicId(central.storage.read, input.firmwareId);
  if (!firmware) throw new DomainError('firmwareUnknown');
  const row = await stationRow(central.storage.read, station.id);
  if (!input.evenThough && !isFirmwareFor(firmware, { maker: row?.vendor, model: row?.model })) {
    const { maker, model } = firmware;
    throw new DomainError('firmwareMismatch', {
      ...{ maker, model, stationMaker: row?.vendor ?? '', stationModel: row?.model ?? '' },
    });
  }
  const scheduledAt = Math.max(input.retrieveAt ?? 0, central.clock.now());
  const fileName = nameForUrl(firmware.fileName);
  const prepared = await prepare(central, person, station, {
    kind: 'firmware',
    scheduledAt,
    fileName,
    input,
    firmwareId: firmware.id,
  });
  const bring = async ({ server, folder }: External) =>
    await needExternal(central).put(server, `${folder}/${fileName}`, pathOf(central.files, firmware.publicId));
  const { location } = prepared;
  const request = { ...{ kind: 'updateFirmware' as const, location, retrieveAt: scheduledAt }, ...attemptsOf(input) };
  return await ask(central, person, station, prepared, bring, request);
}

/** Asks a station for its log; the file that comes belongs to this request. Refuses with what `sendCommand` refuses with. */
export async function requestDiagnostics(
  central: Central,
  person: Person,
  station: Station,
  input: DiagnosticsRequest,
): Promise<ShownTransfer> {
  const span = { fromAt: input.from ?? null, untilAt: input.until ?? null };
  const scheduledAt = central.clock.now();
  const prepared = await prepare(central, person, station, { kind: 'diagnostics', scheduledAt, fileName: '', input, span });
  const makeRoom = async ({ server, folder }: External) => await needExternal(central).makeFolder(server, folder);
  return await ask(central, person, station, prepared, makeRoom, {
    ...{ kind: 'getDiagnostics', location: prepared.location },
    ...(input.from !== undefined && { from: input.from }),
    ...(input.until !== undefined && { until: input.until }),
    ...attemptsOf(input),
  });
}

const attemptsOf = ({ retries, retryIntervalS }: Attempts) => ({
  ...(retries !== undefined && { retries }),
  ...(retryIntervalS !== undefined && { retryIntervalS }),
});

type External = Readonly<{ server: ExternalAddress; folder: string }>;
type Prepared = Readonly<{ publicId: string; location: string; external: External | null }>;
type Wanted = Readonly<{
  kind: 'firmware' | 'diagnostics';
  scheduledAt: number;
  fileName: string;
  input: Attempts;
  firmwareId?: number;
  span?: Readonly<{ fromAt: number | null; untilAt: number | null }>;
}>;

/** Puts the transfer on disk, so that its user and password are valid before the station can know them. */
async function prepare(central: Central, person: Person, station: Station, wanted: Wanted): Promise<Prepared> {
  const { kind, scheduledAt, fileName, input } = wanted;
  if (!station.link) throw new DomainError('stationOffline');
  const settings = await fileServerSettings(central);
  const external = settings.server === 'external' ? await externalAddress(central) : null;
  const fixed = input.protocol ?? (settings.protocol === 'auto' ? undefined : settings.protocol);
  const protocol = external ? (external.secure ? 'ftps' : 'ftp') : await protocolFor(central, station, fixed);
  // Letters and digits alone: not every station undoes percent-encoding.
  const user = randomBytes(8).toString('hex');
  const secret = randomBytes(16).toString('hex');
  const publicId = randomUUIDv7();
  const tries = (input.retries ?? 0) * (input.retryIntervalS ?? 60) * 1000;
  await central.storage.write([
    insertTransfer({
      ...{ publicId, stationId: station.id, firmwareId: wanted.firmwareId ?? null, kind, protocol },
      ...{ server: settings.server, user, secretHash: hashSecret(secret), state: 'waiting' },
      ...{ status: null, problem: null, commandId: null, fromAt: null, untilAt: null, sizeBytes: null, ...wanted.span },
      ...{ scheduledAt, expiresAt: scheduledAt + central.settings.files.jobMs + tries },
      ...{ createdAt: central.clock.now(), createdBy: person.name, endedAt: null },
    }),
  ]);
  if (kind === 'firmware') central.files.updating.add(station.id);
  if (!external) return { publicId, location: locationOf(central, protocol, user, secret, fileName), external: null };
  const folder = folderOn(external, publicId);
  const authority = `${encodeURIComponent(external.user)}:${encodeURIComponent(external.password)}@${inUrl(external.host)}:${external.port}`;
  return { publicId, location: `${protocol}://${authority}${folder}/${fileName}`, external: { server: external, folder } };
}

/** Makes an external server ready and sends the command; when that is refused, nothing is left of the transfer. */
async function ask(
  central: Central,
  person: Person,
  station: Station,
  { publicId, external }: Prepared,
  ready: (external: External) => Promise<void>,
  request: StationRequest,
): Promise<ShownTransfer> {
  try {
    if (external) await ready(external);
    const command = await sendCommand(central, person, station, request);
    await central.storage.write([linkTransfer(publicId, command.id)]);
    // It may have been refused by now.
    await endRefused(central, command.id);
  } catch (error) {
    await central.storage.write([deleteTransfer(publicId)]);
    throw error;
  }
  const row = await transferByPublicId(central.storage.read, publicId);
  if (!row) throw new DomainError('transferUnknown');
  return row;
}

/** Where the station is to go. A directory ends with a slash; the name of a log is the station's (FACTS §6.11). */
function locationOf(central: Central, protocol: TransferProtocol, user: string, secret: string, fileName: string): string {
  const { endpoints } = central.files;
  if (!endpoints) throw new DomainError('fileServerRefused', { reason: 'the daemon is still starting' });
  if (protocol === 'ftp' || protocol === 'ftps')
    return `${protocol}://${user}:${secret}@${inUrl(endpoints.ftp.host)}:${endpoints.ftp.port}/${fileName}`;
  const { host, port } = endpoints[protocol];
  return `${protocol}://${inUrl(host)}:${port}/files/${user}/${secret}/${fileName}`;
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

function needExternal(central: Central) {
  if (!central.files.external) throw new DomainError('fileServerRefused', { reason: 'the daemon is still starting' });
  return central.files.external;
}
