import { seenAtBoot, type TransferState } from '../../../shared/model/file-transfer.ts';
import { firmwareById } from '../../storage/firmware.ts';
import type { Statement } from '../../storage/storage.ts';
import {
  filesOfTransfers,
  latestTransfer,
  stationsWithFirmware,
  updateStationFile,
  updateTransfer,
} from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import type { Station } from '../station/station.ts';
import type { TransferRow } from './job.ts';

/** What the words of FirmwareStatusNotification and DiagnosticsStatusNotification mean; 1.5 knows some of them only (FACTS §6.11). */
const states: ReadonlyMap<string, TransferState> = new Map([
  ['Downloading', 'running'],
  ['Downloaded', 'transferred'],
  ['DownloadFailed', 'failed'],
  ['Installing', 'installing'],
  ['Installed', 'done'],
  ['InstallationFailed', 'failed'],
  ['Uploading', 'running'],
  ['Uploaded', 'done'],
  ['UploadFailed', 'failed'],
]);

/** What no word of a station opens again. */
const ended = new Set<string>(['done', 'failed'] satisfies TransferState[]);

/** A status may come late, or after another one that contradicts it; such a transfer is still the one that is meant. */
const lateMs = 24 * 3_600_000;

/** Which stations are being updated, or were a short time ago; known again at start. */
export async function rememberUpdates({ storage: { read }, clock, files }: Central): Promise<void> {
  for (const stationId of await stationsWithFirmware(read, clock.now() - lateMs)) files.updating.add(stationId);
}

export type Followed = Readonly<{ transfer: TransferRow; unit: readonly Statement[] }>;

/**
 * What a station's status changes in its latest transfer of the kind: no message says which one is meant, and there is one at a
 * time (FACTS §6.11). A failed one may be tried again by the station, so its user and password stay until its time is over. One that
 * says that it goes on gets its time anew: it may have come late, or need long to install.
 */
export async function followStatus(
  central: Central,
  station: Station,
  kind: 'firmware' | 'diagnostics',
  status: string,
): Promise<Followed | null> {
  const state = states.get(status);
  const { read } = central.storage;
  const now = central.clock.now();
  const transfer = state && (await latestTransfer(read, station.id, kind, now - lateMs));
  if (!transfer) return null;
  const isEnd = state === 'done' && !(kind === 'diagnostics' && transfer.server === 'external');
  const problem = state === 'failed' ? status : null;
  const goesOn = !isEnd && state !== 'failed' && !ended.has(transfer.state);
  const time = goesOn
    ? { endedAt: null, expiresAt: Math.max(transfer.expiresAt, now + central.settings.files.jobMs) }
    : { endedAt: isEnd ? now : transfer.endedAt };
  const unit = [updateTransfer(transfer.id, { state, status, problem, ...time })];
  if (status === 'UploadFailed') {
    const file = (await filesOfTransfers(read, [transfer.id])).at(-1);
    if (file) {
      unit.push(updateStationFile(file.publicId, { partial: 1 }));
      if (central.files.busy.has(file.publicId)) central.files.disowned.add(file.publicId);
    }
  }
  return { transfer, unit };
}

/**
 * The firmware transfer that a boot proves as installed, whatever the station reported of it: it runs the version of the image
 * (FACTS §6.11). One that ran that version before must have fetched the image since, or this is just another boot.
 */
export async function installedAtBoot(central: Central, station: Station, version: string | null): Promise<Followed | null> {
  if (version === null || !central.files.updating.has(station.id)) return null;
  const { read } = central.storage;
  const now = central.clock.now();
  const transfer = await latestTransfer(read, station.id, 'firmware', now - lateMs);
  if (!transfer || transfer.firmwareId === null || transfer.state === 'done') return null;
  const image = await firmwareById(read, transfer.firmwareId);
  if (!image || !isSame(image.version, version)) return null;
  const isNews = station.firmware !== null && !isSame(station.firmware, version);
  if (!isNews && transfer.state !== 'transferred' && transfer.state !== 'installing') return null;
  return { transfer, unit: [updateTransfer(transfer.id, { state: 'done', status: seenAtBoot, problem: null, endedAt: now })] };
}

const isSame = (one: string, other: string) => one.trim().toLowerCase() === other.trim().toLowerCase();
