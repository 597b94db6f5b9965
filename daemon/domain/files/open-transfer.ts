import type { OfTransfer, StationRequest } from '../../../shared/model/command.ts';
import { isFirmwareFor } from '../../../shared/model/file-transfer.ts';
import { firmwareByPublicId } from '../../storage/firmware.ts';
import { stationRow } from '../../storage/station-details.ts';
import type { Statement } from '../../storage/storage.ts';
import { openTransferRow } from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import { folderOn } from './file-server.ts';
import { type ExternalAddress, pathOf } from './files.ts';
import { hashSecret } from './job.ts';
import { nameForUrl } from './names.ts';
import { locationAt, newKey, placeNow } from './place.ts';

/** A command that moves a file, as it is stored, with the transfer that it belongs to. */
type Stored = Extract<StationRequest, { kind: 'updateFirmware' | 'getDiagnostics' }>;

/**
 * Makes what a station is told of a transfer: where the file is, with a user and a password of its own, until some time after it is to
 * come. An external server is made ready first. The statements are on disk before the command goes, and only the hash of the password is
 * in them. Refuses with `firmwareUnknown` and with what `placeNow` refuses with.
 */
export async function openTransfer(
  central: Central,
  station: Station,
  { id, firmwareId, protocol }: OfTransfer,
  scheduledAt: number,
  { retries = 0, retryIntervalS = 60 }: Pick<Stored, 'retries' | 'retryIntervalS'>,
): Promise<Readonly<{ location: string; unit: readonly Statement[] }>> {
  const firmware = firmwareId === undefined ? null : await needFirmware(central, firmwareId);
  const place = await placeNow(central, station, protocol);
  const fileName = firmware ? nameForUrl(firmware.fileName) : '';
  if (place.external) await makeReady(central, place.external, id, firmware && { id: firmware.publicId, fileName });
  const key = newKey();
  if (firmware) central.files.updating.add(station.id);
  const open = openTransferRow(id, {
    ...{ user: key.user, secretHash: hashSecret(key.secret), scheduledAt },
    ...{ protocol: place.protocol, server: place.external ? 'external' : 'builtIn' },
    expiresAt: scheduledAt + central.settings.files.jobMs + retries * retryIntervalS * 1000,
  });
  return { location: locationAt(central, place, id, fileName, key), unit: [open] };
}

/** A firmware of the library that is for a station. Refuses with `firmwareUnknown`, and `firmwareMismatch` unless a person insists. */
export async function fittingFirmware(
  central: Central,
  station: Station,
  { firmwareId, evenThough }: Readonly<{ firmwareId: string; evenThough?: boolean }>,
) {
  const firmware = await needFirmware(central, firmwareId);
  const row = await stationRow(central.storage.read, station.id);
  if (evenThough || isFirmwareFor(firmware, { maker: row?.vendor, model: row?.model })) return firmware;
  const { maker, model } = firmware;
  throw new DomainError('firmwareMismatch', {
    ...{ maker, model, stationMaker: row?.vendor ?? '', stationModel: row?.model ?? '' },
  });
}

async function needFirmware(central: Central, publicId: string) {
  const firmware = await firmwareByPublicId(central.storage.read, publicId);
  if (!firmware) throw new DomainError('firmwareUnknown');
  return firmware;
}

/** On another server firmware is put where the station will fetch it, and a log gets a folder. */
async function makeReady(
  { files }: Central,
  server: ExternalAddress,
  transferId: string,
  file: Readonly<{ id: string; fileName: string }> | null,
): Promise<void> {
  const { external } = files;
  if (!external) throw new DomainError('fileServerRefused', { reason: 'the daemon is still starting' });
  const folder = folderOn(server, transferId);
  await files.toExternal(() =>
    file ? external.put(server, `${folder}/${file.fileName}`, pathOf(files, file.id)) : external.makeFolder(server, folder),
  );
}
