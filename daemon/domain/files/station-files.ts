import type { StationFile, Transfer, TransferProtocol, TransferState } from '../../../shared/model/file-transfer.ts';
import { fileServerRow } from '../../storage/firmware.ts';
import type { StationFilesTable } from '../../storage/tables.ts';
import {
  deleteStationFile,
  filesOfTransfers,
  type ShownTransfer,
  stationFile,
  transferByPublicId,
} from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { audit } from '../user/audit.ts';
import { makeLink } from '../user/one-time-links.ts';
import { covers, type Person } from '../user/person.ts';
import { bytesOf, openFile, removeFile } from './files.ts';
import { harmlessName } from './names.ts';

const dayMs = 86_400_000;

/** Transfers with their files, as the API shows them. */
export async function shownTransfers(central: Central, rows: readonly ShownTransfer[]): Promise<Transfer[]> {
  const { read } = central.storage;
  const [files, { keepDays }] = await Promise.all([
    filesOfTransfers(
      read,
      rows.map(({ id }) => id),
    ),
    fileServerRow(read),
  ]);
  const ofTransfer = Map.groupBy(files, ({ transferId }) => transferId);
  return rows.map((row) => ({
    id: row.publicId,
    stationId: row.stationPublicId,
    stationName: row.stationName,
    kind: row.kind === 'firmware' ? 'firmware' : 'diagnostics',
    protocol: row.protocol as TransferProtocol, // only the rules write it
    server: row.server === 'external' ? 'external' : 'builtIn',
    state: stateOf(row),
    status: row.status,
    problem: row.problem,
    firmwareId: row.firmwarePublicId,
    firmwareName: row.firmwareName,
    commandId: row.commandId,
    waitUntil: row.waitUntil,
    from: row.fromAt,
    until: row.untilAt,
    movedBytes: row.movedBytes,
    sizeBytes: row.sizeBytes,
    scheduledAt: row.scheduledAt,
    expiresAt: row.expiresAt,
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    endedAt: row.endedAt,
    files: (ofTransfer.get(row.id) ?? []).map((file) => shownFile(file, row.stationPublicId, row.publicId, keepDays)),
  }));
}

/** One whose time is over while it was under way has fallen silent; a log that has arrived whole is there all the same. */
function stateOf({
  state,
  kind,
  problem,
  endedAt,
}: Pick<ShownTransfer, 'state' | 'kind' | 'problem' | 'endedAt'>): TransferState {
  if (state === 'failed' && problem === 'withdrawn') return 'withdrawn';
  const isUnderWay = state === 'running' || (kind === 'firmware' && (state === 'transferred' || state === 'installing'));
  return isUnderWay && endedAt !== null ? 'silent' : (state as TransferState); // the schema allows nothing else
}

const shownFile = (
  file: Omit<StationFilesTable, 'id'>,
  stationId: string,
  transferId: string,
  keepDays: number,
): StationFile => ({
  ...{ id: file.publicId, stationId, transferId, name: file.name, sizeBytes: file.sizeBytes, sha256: file.sha256 },
  ...{ partial: file.partial === 1, receivedAt: file.receivedAt, keptUntil: file.receivedAt + keepDays * dayMs },
});

/** A transfer within the person's scope; refuses with `transferUnknown`. */
export async function transferOf(central: Central, person: Person, id: string): Promise<Transfer> {
  const row = await transferByPublicId(central.storage.read, id);
  const [transfer] = row && covers(person.scope, row.siteId) ? await shownTransfers(central, [row]) : [];
  if (!transfer) throw new DomainError('transferUnknown');
  return transfer;
}

/** A file of a station within the person's scope; refuses with `fileUnknown`. */
export async function needFile(central: Central, person: Person, id: string) {
  const row = await stationFile(central.storage.read, id);
  if (!row || !covers(person.scope, row.siteId)) throw new DomainError('fileUnknown');
  return row;
}

/** The same, as the API shows it. */
export async function fileOf(central: Central, person: Person, id: string): Promise<StationFile> {
  const row = await needFile(central, person, id);
  const { keepDays } = await fileServerRow(central.storage.read);
  return shownFile(row, row.stationPublicId, row.transferPublicId, keepDays);
}

/** Makes a link under which the file can be downloaded once. */
export async function linkToFile(central: Central, person: Person, id: string): Promise<{ path: string }> {
  const { name, sizeBytes, siteId } = await needFile(central, person, id);
  await central.storage.write([audit(central, person, { action: 'diagnostics.link', subject: name, siteId })]);
  return makeLink(central, {
    kind: 'download',
    name: harmlessName(name),
    type: 'application/octet-stream',
    sizeBytes,
    content: () => contentOf(central, id, sizeBytes),
  });
}

async function* contentOf(central: Central, id: string, sizeBytes: number): AsyncGenerator<Buffer> {
  const handle = await openFile(central.files, id, 'read');
  try {
    yield* bytesOf(handle, 0, sizeBytes);
  } finally {
    await handle.close();
  }
}

/** Removes a file before its time. One that is still coming in refuses with `stationBusy`. */
export async function removeStationFile(central: Central, person: Person, id: string): Promise<void> {
  const { name, siteId, sizeBytes } = await needFile(central, person, id);
  if (central.files.busy.has(id)) throw new DomainError('stationBusy');
  await central.storage.write([
    deleteStationFile(id),
    audit(central, person, { action: 'diagnostics.remove', subject: name, siteId, before: { sizeBytes } }),
  ]);
  await removeFile(central.files, id);
}
