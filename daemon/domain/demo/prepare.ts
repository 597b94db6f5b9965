import { randomUUIDv7 } from 'node:crypto';
import type { PastSession } from '../../../shared/demo.ts';
import type { Provision } from '../../../shared/provision.ts';
import { insertPastSession, tagsWithOwners } from '../../storage/past-sessions.ts';
import { addToHour } from '../../storage/roll-up.ts';
import { keepSample } from '../../storage/samples.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { readingContexts } from '../session/reading.ts';
import { shares } from '../session/roll-up.ts';
import { provision } from '../topology/provision.ts';
import { stationsOf } from '../topology/provision-file.ts';

/** A demo does not mix with what somebody keeps. */
export class DemoRefused extends Error {
  readonly code = 'demoRefused';

  constructor() {
    super('--demo needs an empty data folder, and this one has sites of its own. Name another one with --data.');
    this.name = 'DemoRefused';
  }
}

/**
 * Makes the demo's sites, people and past in an empty database; in one that holds the demo already changes nothing.
 * Refuses any other with `DemoRefused`.
 */
export async function prepareDemo(
  central: Central,
  file: Provision,
  history: (until: number) => readonly PastSession[],
): Promise<void> {
  const isEmpty = central.tree.root().children.size === 0;
  const isDemo = [...stationsOf(file)].every(({ station }) => central.stations.byChargeBoxId(station.chargeBoxId));
  if (!isEmpty && !isDemo) throw new DemoRefused();
  if (!isEmpty) return;
  await provision(central, file);
  await keepHistory(central, history(central.clock.now()));
}

type Tags = ReadonlyMap<string, Readonly<{ id: number; accountId: number | null }>>;

/** Keeps sessions of the past with their curves and roll-ups, as if their stations had reported them. */
async function keepHistory(central: Central, history: readonly PastSession[]): Promise<void> {
  const tags: Tags = new Map((await tagsWithOwners(central.storage.read)).map((tag) => [tag.idTag, tag]));
  const inserts = history.map((past) => insertPastSession(rowOf(central, past, tags)));
  const written = await central.storage.write(inserts);
  const rest = history.flatMap((past, index) => curveAndHours(central, past, written[index]?.id ?? 0));
  await central.storage.write(rest);
}

function placeOf(central: Central, past: PastSession) {
  const station = central.stations.byChargeBoxId(past.chargeBoxId);
  const connector = station?.connectors.get(past.connectorId);
  if (!station || !connector) throw new Error(`the demo has no outlet ${past.connectorId} of ${past.chargeBoxId}`);
  return { station, connector };
}

function rowOf(central: Central, past: PastSession, tags: Tags): Parameters<typeof insertPastSession>[0] {
  const { station, connector } = placeOf(central, past);
  const tag = tags.get(past.idTag);
  return {
    publicId: randomUUIDv7(),
    stationId: station.id,
    siteId: station.siteId,
    outletId: connector.outletId,
    connectorId: past.connectorId,
    idTag: past.idTag,
    tagId: tag?.id ?? null,
    accountId: tag?.accountId ?? null,
    authentication: tag ? 'rfid' : 'free',
    tagStatus: 'Accepted',
    state: 'ended',
    startedAt: past.startedAt,
    startedAtStation: past.startedAt,
    receivedAt: past.startedAt + 240,
    chargingStoppedAt: past.stoppedAt,
    endedAt: past.endedAt,
    stopReceivedAt: past.stoppedAt + 180,
    durationMs: past.endedAt - past.startedAt,
    meterStartWh: past.meterStartWh,
    meterStopWh: past.meterStopWh,
    energyWh: past.meterStopWh - past.meterStartWh,
    lastEnergyWh: past.meterStopWh - past.meterStartWh,
    peakPowerW: Math.max(0, ...past.samples.map((sample) => sample.powerW)),
    lastSampleAt: past.samples.at(-1)?.at ?? null,
    stopReason: past.reason,
    stopIdTag: past.reason === 'Local' ? past.idTag : null,
    flags: '[]',
    rolledUp: JSON.stringify(sharesOf(past)),
  };
}

const sharesOf = (past: PastSession) =>
  shares(
    { ...past, id: 0, stationId: 0, siteId: 0, energyWh: past.meterStopWh - past.meterStartWh },
    past.samples.map(({ at, registerWh }) => ({ at, energyWh: registerWh - past.meterStartWh })),
  );

function curveAndHours(central: Central, past: PastSession, sessionId: number): Statement[] {
  const { station } = placeOf(central, past);
  const place = { stationId: station.id, connectorId: past.connectorId };
  const samples = past.samples.map(({ at, registerWh, powerW, currentMa, voltageMv, socPercent }) =>
    keepSample({
      ...place,
      sampledAt: at,
      context: readingContexts.indexOf('Sample.Periodic'),
      sessionId,
      receivedAt: at + 150,
      energyWh: registerWh,
      ...{ powerW, currentMa, voltageMv, socPercent },
      offeredMa: null,
      temperatureC: null,
      other: null,
    }),
  );
  return [...samples, ...sharesOf(past).map((share) => addToHour({ ...share, ...place, siteId: station.siteId }))];
}
