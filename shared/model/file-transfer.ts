import { type Static, Type } from 'typebox';
import { NodeId } from './node.ts';

/** How a file may travel between station and daemon (OCPP key `SupportedFileTransferProtocols`). */
export const transferProtocols = ['ftp', 'ftps', 'http', 'https'] as const;
export type TransferProtocol = (typeof transferProtocols)[number];

/**
 * `waiting` the station has not come yet · `running` it is sending or fetching · `transferred` the file has arrived whole, at us or
 * at the station · `installing` · `done` installed, or uploaded in the station's own word · `failed` · `expired` it never came ·
 * `silent` it began, and nothing more was heard while it could come · `withdrawn` by a person before the station was told of it.
 */
export const transferStates = [
  'waiting',
  'running',
  'transferred',
  'installing',
  'done',
  'failed',
  'expired',
  'silent',
  'withdrawn',
] as const;
export type TransferState = (typeof transferStates)[number];

/** The status of a firmware transfer whose station never said *Installed*, and came back with the version of the image. */
export const seenAtBoot = 'BootNotification';

const nullableText = Type.Union([Type.String(), Type.Null()]);
const nullableTime = Type.Union([Type.Integer(), Type.Null()]);

/** A file that a station sent. `name` is the station's own word for it; nothing on our disk is called so. */
export const StationFile = Type.Object({
  id: Type.String(),
  stationId: NodeId,
  transferId: Type.String(),
  name: Type.String(),
  sizeBytes: Type.Integer(),
  sha256: nullableText,
  partial: Type.Boolean({ description: 'The transfer broke; only the beginning is there' }),
  receivedAt: Type.Integer(),
  /** When it will be removed by itself. */
  keptUntil: Type.Integer(),
});
export type StationFile = Static<typeof StationFile>;

/** One job of moving a file: firmware to a station, or diagnostics from it. Times are ms UTC. */
export const Transfer = Type.Object({
  id: Type.String(),
  stationId: NodeId,
  stationName: Type.String(),
  kind: Type.Enum(['firmware', 'diagnostics']),
  protocol: Type.Enum([...transferProtocols]),
  server: Type.Enum(['builtIn', 'external']),
  state: Type.Enum([...transferStates]),
  /** The station's own word of its latest FirmwareStatusNotification or DiagnosticsStatusNotification; `BootNotification`: seen at boot. */
  status: nullableText,
  /** Why it failed: the code of a refusal, or the station's word. */
  problem: nullableText,
  firmwareId: nullableText,
  firmwareName: nullableText,
  commandId: nullableText,
  /** Until when its command waits for a station that is offline; null: it does not wait. */
  waitUntil: nullableTime,
  /** What diagnostics were asked for. */
  from: nullableTime,
  until: nullableTime,
  /** Bytes of the file that were moved so far, and how many there are if that is known. */
  movedBytes: Type.Integer(),
  sizeBytes: nullableTime,
  scheduledAt: Type.Integer(),
  expiresAt: Type.Integer(),
  createdAt: Type.Integer(),
  createdBy: Type.String(),
  endedAt: nullableTime,
  files: Type.Array(StationFile),
});
export type Transfer = Static<typeof Transfer>;

/** A file of the firmware library. */
export const Firmware = Type.Object({
  id: Type.String(),
  name: Type.String(),
  fileName: Type.String(),
  maker: Type.String({ description: 'As stations report it; empty: any' }),
  model: Type.String({ description: 'As stations report it; empty: any' }),
  version: Type.String(),
  notes: Type.String(),
  sizeBytes: Type.Integer(),
  sha256: Type.String(),
  uploadedAt: Type.Integer(),
  uploadedBy: Type.String(),
  inUse: Type.Boolean({ description: 'A station may still fetch it; it cannot be removed' }),
});
export type Firmware = Static<typeof Firmware>;

/** Whether a firmware is for stations that report this maker and model; one that names none is for any. Case does not count. */
export function isFirmwareFor(
  { maker, model }: Pick<Firmware, 'maker' | 'model'>,
  reported: Readonly<{ maker: string | null | undefined; model: string | null | undefined }>,
): boolean {
  const fits = (wanted: string, told: string | null | undefined) =>
    wanted === '' || wanted.trim().toLowerCase() === (told ?? '').trim().toLowerCase();
  return fits(maker, reported.maker) && fits(model, reported.model);
}

/** Where files are exchanged with stations. Passwords go in and never come out. */
export const FileServerSettings = Type.Object({
  server: Type.Enum(['builtIn', 'external']),
  protocol: Type.Enum(['auto', ...transferProtocols], {
    description: 'auto: by what the station says it supports, else FTP',
  }),
  keepDays: Type.Integer({ minimum: 1, maximum: 3650, description: 'How long files of stations are kept' }),
  external: Type.Object({
    url: Type.String({ maxLength: 300, description: 'ftp://host:port/folder or ftps://host:port/folder; empty: none' }),
    user: Type.String({ maxLength: 100 }),
    hasPassword: Type.Boolean(),
    allowPrivate: Type.Boolean({ description: 'It may stand in a private network' }),
    trustCertificate: Type.Boolean({ description: 'Its certificate is taken unchecked' }),
  }),
});
export type FileServerSettings = Static<typeof FileServerSettings>;
