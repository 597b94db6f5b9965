import { randomUUIDv7 } from 'node:crypto';
import type { InputOf } from '../../../shared/api/contract.ts';
import type { diagnostics, firmware as firmwareApi } from '../../../shared/api/files.ts';
import type { OfTransfer, StationRequest } from '../../../shared/model/command.ts';
import type { TransfersTable } from '../../storage/tables.ts';
import { insertTransfer, type ShownTransfer, transferByPublicId } from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import { sendCommand } from '../command/send.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import type { Person } from '../user/person.ts';
import { hashSecret } from './job.ts';
import { nameForUrl } from './names.ts';
import { fittingFirmware } from './open-transfer.ts';
import { locationAt, newKey, placeNow } from './place.ts';

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
  const { firmwareId, evenThough } = input;
  const firmware = await fittingFirmware(central, station, input);
  const scheduledAt = Math.max(input.retrieveAt ?? 0, central.clock.now());
  const wanted = {
    ...{ kind: 'firmware', firmwareId: firmware.id, fileName: nameForUrl(firmware.fileName), scheduledAt },
    ...{ fromAt: null, untilAt: null },
  };
  return await request(central, person, station, input, wanted, (location, transfer) => ({
    ...{ kind: 'updateFirmware', location, retrieveAt: scheduledAt, ...attemptsOf(input) },
    transfer: { ...transfer, firmwareId, ...(evenThough && { evenThough }) },
  }));
}

/** Asks a station for its log; the file that comes belongs to this request. Refuses with what `sendCommand` refuses with. */
export async function requestDiagnostics(
  central: Central,
  person: Person,
  station: Station,
  input: DiagnosticsRequest,
): Promise<ShownTransfer> {
  const { from, until } = input;
  const wanted = {
    ...{ kind: 'diagnostics', firmwareId: null, fileName: '', scheduledAt: central.clock.now() },
    ...{ fromAt: from ?? null, untilAt: until ?? null },
  };
  return await request(central, person, station, input, wanted, (location, transfer) => ({
    ...{ kind: 'getDiagnostics', location, ...(from !== undefined && { from }), ...(until !== undefined && { until }) },
    ...{ ...attemptsOf(input), transfer },
  }));
}

const attemptsOf = ({ retries, retryIntervalS }: Pick<Assignment, 'retries' | 'retryIntervalS'>) => ({
  ...(retries !== undefined && { retries }),
  ...(retryIntervalS !== undefined && { retryIntervalS }),
});

type Wanted = Pick<TransfersTable, 'kind' | 'firmwareId' | 'fromAt' | 'untilAt' | 'scheduledAt'> & Readonly<{ fileName: string }>;

/**
 * Sends the command of a new transfer, or lets it wait for its station. The transfer is stored with it, under a key that nobody is told:
 * what opens it is made just before the station is told of it (`openTransfer`).
 */
async function request(
  central: Central,
  person: Person,
  station: Station,
  { protocol, waitUntil }: Pick<Assignment, 'protocol' | 'waitUntil'>,
  { fileName, ...wanted }: Wanted,
  make: (location: string, transfer: OfTransfer) => StationRequest,
): Promise<ShownTransfer> {
  if (!station.link && waitUntil === undefined) throw new DomainError('stationOffline');
  const publicId = randomUUIDv7();
  const place = await placeNow(central, station, protocol);
  const asked = make(locationAt(central, place, publicId, fileName, null), { id: publicId, ...(protocol && { protocol }) });
  const { user, secret } = newKey();
  const insert = (commandId: string) =>
    insertTransfer({
      ...{ ...wanted, publicId, commandId, stationId: station.id, user, secretHash: hashSecret(secret) },
      ...{ protocol: place.protocol, server: place.external ? 'external' : 'builtIn' },
      ...{ state: 'waiting', status: null, problem: null, sizeBytes: null, endedAt: null },
      ...{ createdAt: central.clock.now(), createdBy: person.name, expiresAt: waitUntil ?? wanted.scheduledAt },
    });
  await sendCommand(central, person, station, asked, { waitUntil, beside: ({ id }) => [insert(id)] });
  const row = await transferByPublicId(central.storage.read, publicId);
  if (!row) throw new DomainError('transferUnknown');
  return row;
}
