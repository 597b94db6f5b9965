import { randomUUIDv7 } from 'node:crypto';
import type { SessionFlag } from '../../../shared/model/session.ts';
import { useReservation } from '../../storage/reservations.ts';
import { insertSession, type SessionRecord, sameStart, sessionById } from '../../storage/sessions.ts';
import type { Statement } from '../../storage/storage.ts';
import { authorizeStart, type StartAuthorization, type TagStatus } from '../authorization/authorize.ts';
import type { Central } from '../central.ts';
import { tellDeed } from '../command/proof.ts';
import { clockToleranceMs, isSane, type StationTime, stationTime } from '../station/clock.ts';
import { broke, outletFor } from '../station/connector.ts';
import { stationEvent } from '../station/event.ts';
import type { Connector, LiveSession, Station } from '../station/station.ts';
import { showConnector } from '../topology/tree-state.ts';
import { closing, ending, leave } from './end.ts';
import { newMeter } from './energy.ts';
import { flagsColumn, liveSession, sessionEvent } from './live.ts';
import { inTurn } from './turn.ts';

/** A start as the station told it. `startedAt` is null when it gave no usable time. */
export type SessionStart = Readonly<{
  connectorId: number;
  idTag: string;
  startedAt: number | null;
  meterStartWh: number;
  reservationId: number | null;
}>;

/** A start that reaches us later than this was made without connection. */
const offlineMs = 120_000;

/**
 * Opens a charging session and says whether the tag may charge.
 * A start that the station repeats opens nothing, gets the same id (DESIGN §5, FIELD 4), and is not held against its own tag.
 * A refused tag gets a session as well: the station may be charging already (OCPP 1.6 §4.8).
 */
export async function startSession(
  central: Central,
  station: Station,
  start: SessionStart,
): Promise<{ transactionId: number; tag: TagStatus }> {
  const connector = await outletFor(central, station, start.connectorId);
  return inTurn(station, () => open(central, station, connector, start));
}

async function open(central: Central, station: Station, connector: Connector | null, start: SessionStart) {
  const time = stationTime(central, station, start.startedAt);
  const live = connector?.session ?? null;
  if (live && isSame(central, live, start)) return repeated(central, station, live.id, start, time);

  const authorization = await authorizeStart(central, station, { ...start, at: time.at, exceptSessionId: null });
  const place = placeOf(live, authorization, time);
  const record = recordOf(central, station, connector, start, time, authorization, place);
  const makesWay = live && place === 'replaces' ? await makeWay(central, station, connector, live, time.at) : [];
  const written = await insertOnce(
    central,
    station,
    record,
    [...makesWay, ...told(central, station, record), ...reservationUsed(record)],
    start,
  );
  if ('same' in written) return repeated(central, station, written.same, start, time);

  const session = { ...record, id: written.id } satisfies SessionRecord;
  if (connector && place !== 'beside') {
    if (live) {
      leave(connector, live);
      central.publish(sessionEvent('session.ended', station, live));
    }
    connector.session = liveSession(session, newMeter(start.meterStartWh, time.at, connector.energyRegisterWh));
    showConnector(central, station, connector);
  }
  tellDeed(central.proofs, station.id, {
    did: 'started',
    connectorId: start.connectorId,
    idTag: start.idTag,
    sessionId: session.id,
  });
  central.publish(sessionEvent('session.started', station, session));
  central.publish({ kind: 'station.changed', stationId: station.id });
  return { transactionId: session.id, tag: authorization.tag };
}

/** Whether a start is the one that opened the live session. Without a usable time, the same tag and register on it are enough. */
function isSame(central: Central, live: LiveSession, start: SessionStart): boolean {
  if (live.idTag !== start.idTag || live.meterStartWh !== start.meterStartWh) return false;
  if (start.startedAt === null || !isSane(start.startedAt, central.clock.now())) return live.state === 'charging';
  return live.startedAtStation === start.startedAt;
}

async function repeated(central: Central, station: Station, id: number, start: SessionStart, time: StationTime) {
  const { tag } = await authorizeStart(central, station, { ...start, at: time.at, exceptSessionId: id });
  return { transactionId: id, tag };
}

/**
 * Where a new session goes. A refused start harms no good session (FIELD 8), and one that is older than what runs there is history from
 * the station's queue: both stand beside it, closed until their stop comes.
 */
function placeOf(live: LiveSession | null, { tag }: StartAuthorization, time: StationTime): 'free' | 'replaces' | 'beside' {
  if (!live) return 'free';
  if (time.at < live.startedAt - clockToleranceMs) return 'beside';
  return live.state === 'charging' && tag.status !== 'Accepted' ? 'beside' : 'replaces';
}

const makeWay = (central: Central, station: Station, connector: Connector | null, live: LiveSession, at: number) =>
  live.state === 'stopped'
    ? ending(central, live, Math.max(at, live.chargingStoppedAt ?? at))
    : closing(central, station, connector ?? undefined, live, at, 'nextStart');

type NewRecord = Omit<SessionRecord, 'id'>;

function recordOf(
  central: Central,
  station: Station,
  connector: Connector | null,
  start: SessionStart,
  time: StationTime,
  { tag, authentication }: StartAuthorization,
  place: 'free' | 'replaces' | 'beside',
): NewRecord {
  const receivedAt = central.clock.now();
  const flags: SessionFlag[] = [];
  if (time.corrected) flags.push('clockCorrected');
  if (receivedAt - time.at > offlineMs) flags.push('offline');
  if (tag.status !== 'Accepted') flags.push('tagRefused');
  if (start.meterStartWh < 0) flags.push('meterMissing');
  const isBeside = place === 'beside';
  return {
    publicId: randomUUIDv7(),
    stationId: station.id,
    siteId: station.siteId,
    outletId: connector?.outletId ?? null,
    connectorId: start.connectorId,
    idTag: start.idTag,
    tagId: tag.tagId,
    accountId: tag.accountId,
    authentication,
    tagStatus: tag.status,
    state: isBeside ? 'stopNotReported' : 'charging',
    startedAt: time.at,
    startedAtStation: time.saidAt,
    receivedAt,
    endedAt: isBeside ? time.at : null,
    durationMs: isBeside ? 0 : null,
    meterStartWh: start.meterStartWh,
    energyWh: null,
    reservationId: start.reservationId,
    flags: flagsColumn(flags),
    chargingStoppedAt: null,
    stopReceivedAt: null,
    meterStopWh: null,
    lastEnergyWh: null,
    powerW: null,
    peakPowerW: null,
    lastSampleAt: null,
    stopReason: null,
    stopIdTag: null,
    rolledUp: null,
  };
}

/** A refused tag is worth a look: somebody stands there. */
function told(central: Central, station: Station, record: NewRecord): Statement[] {
  if (record.tagStatus === 'Accepted') return [];
  const data = { connectorId: record.connectorId, idTag: record.idTag, status: record.tagStatus };
  return [stationEvent(central, station, { kind: 'tag.refused', severity: 'warning', at: record.startedAt, data })];
}

/** A start that was not accepted uses no reservation up (FACTS §6.12), nor does one from long ago. */
function reservationUsed(record: NewRecord): Statement[] {
  if (record.tagStatus !== 'Accepted' || record.state !== 'charging') return [];
  const { stationId, reservationId, connectorId, idTag, startedAt } = record;
  return [useReservation({ stationId, reservationId: reservationId ?? 0, connectorId, idTag, endedAt: startedAt })];
}

/**
 * Writes a session unless the same start is there already: the unique index decides, also after our restart and when two come at once. A
 * clock that says the same nonsense at each start cannot make two sessions one.
 */
async function insertOnce(
  central: Central,
  station: Station,
  record: NewRecord,
  beside: readonly Statement[],
  start: SessionStart,
): Promise<{ id: number } | { same: number }> {
  try {
    return await insert(central, record, beside);
  } catch (error) {
    if (!broke(error, 'sameStart')) throw error;
  }
  const same = await sameStart(central.storage.read, record);
  if (!same) throw new Error(`a start of ${station.chargeBoxId} is refused as repeated, and is not there`);
  const isNonsense = start.startedAt === null || !isSane(start.startedAt, central.clock.now());
  if (!isNonsense || same.state === 'charging') return { same: same.id };
  return insert(central, { ...record, startedAtStation: record.receivedAt }, beside);
}

async function insert(central: Central, record: NewRecord, beside: readonly Statement[]): Promise<{ id: number }> {
  const [written] = await central.storage.write([insertSession(record), ...beside]);
  if (!written) throw new Error('a session was written without an id');
  return { id: written.id };
}

/** The session that a transaction id of a station means; null: none of its own (SECURITY A5). */
export async function ownSession(central: Central, station: Station, transactionId: number): Promise<SessionRecord | null> {
  if (!Number.isSafeInteger(transactionId) || transactionId < 1 || transactionId >= 2 ** 31) return null;
  const record = await sessionById(central.storage.read, transactionId);
  return record?.stationId === station.id ? record : null;
}
