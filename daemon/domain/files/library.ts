import { createHash, randomUUIDv7 } from 'node:crypto';
import { dirname } from 'node:path';
import type { InputOf } from '../../../shared/api/contract.ts';
import type { firmware as firmwareApi } from '../../../shared/api/files.ts';
import type { Firmware } from '../../../shared/model/file-transfer.ts';
import { ConstraintError } from '../../storage/errors.ts';
import { deleteFirmware, firmwareByPublicId, fleetVersions, insertFirmware } from '../../storage/firmware.ts';
import type { FirmwareTable } from '../../storage/tables.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { audit } from '../user/audit.ts';
import { makeLink } from '../user/one-time-links.ts';
import { covers, type Person } from '../user/person.ts';
import { createFile, diskError, lookForRoomEvery, removeFile, syncFolder } from './files.ts';
import { nameForUrl } from './names.ts';
import { needRoom } from './room.ts';

type Upload = InputOf<typeof firmwareApi.beginUpload>;

/** Makes the link to which a new firmware is put; it stands in the library once it has arrived whole. Refuses with `fileTooLarge` and, before anything is sent, `diskFull`. */
export async function beginUpload(central: Central, person: Person, given: Upload): Promise<{ path: string }> {
  const most = central.settings.files.maxFileBytes;
  if (given.sizeBytes > most) throw new DomainError('fileTooLarge', { megabytes: Math.floor(most / 1_000_000) });
  await needRoom(dirname(central.files.folder), given.sizeBytes);
  await central.storage.write([
    audit(central, person, { action: 'firmware.beginUpload', subject: given.name, after: { fileName: given.fileName } }),
  ]);
  return makeLink(central, { kind: 'upload', store: (body) => store(central, person, given, body) });
}

async function store(central: Central, person: Person, given: Upload, body: AsyncIterable<Buffer>): Promise<Firmware> {
  const { files, clock } = central;
  const publicId = randomUUIDv7();
  const hash = createHash('sha256');
  const handle = await createFile(files, publicId);
  try {
    let sizeBytes = 0;
    let lookedAt = 0;
    for await (const bytes of body) {
      sizeBytes += bytes.length;
      if (sizeBytes > given.sizeBytes) throw new DomainError('fileIncomplete');
      hash.update(bytes);
      // Others may have filled the disk since it was promised.
      if (sizeBytes - lookedAt > lookForRoomEvery) {
        lookedAt = sizeBytes;
        await needRoom(files.folder);
      }
      await handle.appendFile(bytes);
    }
    if (sizeBytes !== given.sizeBytes) throw new DomainError('fileIncomplete');
    await handle.sync();
    syncFolder(files);
    const { name, maker, model, version, notes } = given;
    const row = {
      ...{ publicId, name, fileName: nameForUrl(given.fileName), maker, model, version, notes, sizeBytes },
      ...{ sha256: hash.digest('hex'), uploadedAt: clock.now(), uploadedBy: person.name },
    };
    await central.storage.write([
      insertFirmware(row),
      audit(central, person, { action: 'firmware.upload', subject: name, after: { ...row, notes: undefined } }),
    ]);
    return firmwareOf({ ...row, inUse: 0 });
  } catch (error) {
    await removeFile(files, publicId);
    throw diskError(error);
  } finally {
    await handle.close();
  }
}

/** Takes a firmware out of the library. Refuses with `firmwareInUse` while a station may still fetch it. */
export async function removeFirmware(central: Central, person: Person, id: string): Promise<void> {
  const row = await firmwareByPublicId(central.storage.read, id);
  if (!row) throw new DomainError('firmwareUnknown');
  try {
    await central.storage.write([
      deleteFirmware(row.id),
      audit(central, person, {
        action: 'firmware.remove',
        subject: row.name,
        before: { version: row.version, sha256: row.sha256 },
      }),
    ]);
  } catch (error) {
    if (error instanceof ConstraintError && error.constraint === 'firmwareInUse') throw new DomainError('firmwareInUse');
    throw error;
  }
  await removeFile(central.files, id);
}

/** A firmware as the API shows it. */
export const firmwareOf = (row: Omit<FirmwareTable, 'id'> & Readonly<{ inUse: unknown }>): Firmware => ({
  id: row.publicId,
  name: row.name,
  fileName: row.fileName,
  maker: row.maker,
  model: row.model,
  version: row.version,
  notes: row.notes,
  sizeBytes: row.sizeBytes,
  sha256: row.sha256,
  uploadedAt: row.uploadedAt,
  uploadedBy: row.uploadedBy,
  inUse: Boolean(row.inUse),
});

/** Which firmware the stations run that a person may see, grouped; the largest group first. */
export async function versionsOf(central: Central, person: Person) {
  const rows = (await fleetVersions(central.storage.read)).filter(({ siteId }) => covers(person.scope, siteId));
  const groups = Map.groupBy(rows, ({ vendor, model, firmware }) => JSON.stringify([vendor ?? '', model ?? '', firmware ?? '']));
  return [...groups]
    .map(([key, members]) => {
      const [maker, model, version] = JSON.parse(key) as [string, string, string]; // made just above
      const stations = members.map(({ id, publicId, name, chargeBoxId }) => ({
        ...{ id: publicId, name, chargeBoxId, online: (central.stations.byId(id)?.link ?? null) !== null },
      }));
      return { maker, model, version, stations };
    })
    .toSorted((one, other) => other.stations.length - one.stations.length);
}
