import type { Logger } from 'pino';
import type { NodeKind, OutletMode } from '../../shared/model/node.ts';
import type { ConnectorStatus } from '../../shared/model/state.ts';
import { configurationReadings, heartbeatKeys } from '../storage/configuration-keys.ts';
import { connectorStates } from '../storage/connector-states.ts';
import { standingNodes, standingOutlets } from '../storage/nodes.ts';
import { expireReservations } from '../storage/reservations.ts';
import { openSessions } from '../storage/sessions.ts';
import { activeStations, noteSeen } from '../storage/stations.ts';
import type { Storage } from '../storage/storage.ts';
import { noTrace, type Trace } from '../storage/trace/trace.ts';
import { followChanges } from './authorization/follow-changes.ts';
import type { Central, Clock, DomainEvent, Settings } from './central.ts';
import { failInterrupted, resumeCommands } from './command/resume.ts';
import { expireWaiting, wakeStations } from './command/wake.ts';
import { newFiles } from './files/files.ts';
import { keepFiles } from './files/keep.ts';
import { endOverlooked, followCommands } from './files/outcome.ts';
import { rememberUpdates } from './files/progress.ts';
import { watchRoom } from './files/room.ts';
import { closeGhosts } from './session/ghosts.ts';
import { liveSession, meterOf } from './session/live.ts';
import { noteKey } from './station/configuration.ts';
import { newConnector } from './station/connector.ts';
import { flushDeviations, loadDeviations, newDeviations } from './station/deviation.ts';
import { newGate } from './station/gate.ts';
import { newStations, type Stations } from './station/registry.ts';
import { stationOf } from './station/station-of.ts';
import { newLiveTree } from './topology/live-tree.ts';
import { ensureSystem } from './topology/system.ts';
import { showStation } from './topology/tree-state.ts';
import { newOneTimeLinks } from './user/one-time-links.ts';
import { newPeople } from './user/people.ts';
import { foldRefusals } from './user/refusals.ts';

const seenAtATime = 500;

/** Makes the domain over a database: the tree, all stations, and their open sessions as far as they had come. */
export async function openCentral({
  storage,
  clock,
  log,
  settings,
  trace = noTrace,
}: {
  storage: Storage;
  clock: Clock;
  log: Logger;
  settings: Settings;
  trace?: Trace;
}): Promise<Central> {
  await ensureSystem(storage, clock, settings);
  const accepted = await failInterrupted(storage, clock.now());

  const { publish, subscribe } = newSubject(log);
  const [root, ...nodes] = await standingNodes(storage.read);
  if (!root) throw new Error('the database has no system node');
  const tree = newLiveTree(nodeOf(root), () => publish({ kind: 'tree.changed' }));
  const stations = newStations();
  const deviations = newDeviations();
  const central: Central = {
    storage,
    clock,
    log,
    settings,
    stations,
    tree,
    publish,
    subscribe,
    gate: newGate(),
    proofs: new Map(),
    files: newFiles(settings.files),
    waiting: new Map(),
    deviations,
    trace,
    links: newOneTimeLinks(),
    people: newPeople(),
    async close() {
      sleep();
      endFollowing();
      endTransfers();
      await foldRefusals(central, true).catch((err) => log.error({ err }, 'refused sign-ins not kept'));
      await endHousekeeping();
    },
  };
  await loadStations(central, root, nodes);
  resumeCommands(central, accepted);
  const sleep = await wakeStations(central);
  const endFollowing = followChanges(central);
  await rememberUpdates(central);
  await endOverlooked(central);
  const endTransfers = followCommands(central);
  const endHousekeeping = keepHouse(central);
  return central;
}

/** Does what has to be done now and then. The function that is returned ends it, after one last time. */
function keepHouse(central: Central): () => Promise<void> {
  const { storage, stations, deviations, log } = central;
  const chores = [
    { everyMs: 30_000, act: () => flushDeviations(storage, deviations) },
    { everyMs: 10_000, act: () => expireWaiting(central) },
    { everyMs: 60_000, act: () => closeGhosts(central) },
    { everyMs: 60_000, act: () => keepFiles(central) },
    { everyMs: 10_000, act: watchRoom(central) },
    { everyMs: 60_000, act: () => foldRefusals(central) },
    { everyMs: 60_000, act: async () => void (await storage.write([expireReservations(central.clock.now())])) },
    { everyMs: 300_000, act: () => saveSeen(storage, stations) },
  ].map(({ everyMs, act }) => {
    let last = Promise.resolve();
    const run = () => {
      last = last.then(act).catch((err) => log.error({ err }, 'housekeeping failed'));
      return last;
    };
    const timer = setInterval(() => void run(), everyMs);
    timer.unref();
    return { timer, run };
  });
  return async () => {
    for (const { timer } of chores) clearInterval(timer);
    for (const { run } of chores) await run();
  };
}

type Node = Awaited<ReturnType<typeof standingNodes>>[number];

/** Parents come before children, except for nodes moved below a younger one; those wait for it. */
async function loadStations(central: Central, root: Node, nodes: readonly Node[]): Promise<void> {
  const { storage, tree } = central;
  const rows = new Map((await activeStations(storage.read)).map((row) => [row.nodeId, row]));
  const children = Map.groupBy(nodes, (node) => node.parentId ?? root.id);
  const zones = new Map(nodes.map((node) => [node.id, node.timeZone]));
  const keys = new Map<number, string>();
  const outlets = await standingOutlets(storage.read);
  for (const outlet of outlets) keys.set(outlet.nodeId, String(outlet.connectorId));
  for (const row of rows.values()) keys.set(row.nodeId, row.chargeBoxId);

  const queue = [root.id]; // It grows while it is walked.
  for (const parent of queue) {
    for (const node of children.get(parent) ?? []) {
      tree.add({ ...nodeOf(node), key: keys.get(node.id) ?? node.address ?? '' }, parent);
      queue.push(node.id);
      const row = rows.get(node.id);
      if (!row || node.siteId === null) continue;
      const timeZone = zones.get(node.siteId) ?? central.settings.defaultTimeZone;
      central.stations.add(stationOf(row, { publicId: node.publicId, siteId: node.siteId, timeZone }, central.log));
    }
  }
  // The schema allows nothing else.
  for (const { stationId, connectorId, nodeId, mode } of outlets)
    central.stations.byId(stationId)?.connectors.set(connectorId, newConnector(connectorId, nodeId, mode as OutletMode));
  await loadStates(central);
  await loadSessions(central);
  await loadDeviations(storage, central.deviations);
  for (const { stationId, readAt } of await configurationReadings(storage.read)) {
    const station = central.stations.byId(stationId);
    if (station) station.configurationReadAt = readAt;
  }
  for (const { stationId, key, value, readAt } of await heartbeatKeys(storage.read)) {
    const station = central.stations.byId(stationId);
    if (station && value !== null && readAt >= (station.bootedAt ?? 0)) noteKey(station, key, value);
  }
  for (const station of central.stations.all()) showStation(central, station);
}

const nodeOf = (node: Node) => ({
  id: node.id,
  publicId: node.publicId,
  kind: node.kind as NodeKind, // The schema allows nothing else.
  siteId: node.siteId,
  name: node.name,
  key: node.address ?? '',
  position: node.position,
});

async function loadStates(central: Central): Promise<void> {
  for (const state of await connectorStates(central.storage.read)) {
    const station = central.stations.byId(state.stationId);
    if (!station) continue;
    if (state.connectorId === 0) station.connectors.set(0, newConnector(0, null, 'RFID'));
    const connector = station.connectors.get(state.connectorId);
    if (!connector) continue;
    connector.status = state.status as ConnectorStatus; // Written from a StatusReport only.
    connector.errorCode = state.errorCode;
    connector.info = state.info;
    connector.vendorErrorCode = state.vendorErrorCode;
    connector.statusAt = state.statusAt;
    connector.statusReceivedAt = state.receivedAt;
    if (state.status === 'Available' || state.status === 'Reserved') connector.freeSince = state.statusAt;
  }
}

/** Sessions whose course is read at a time. */
const atATime = 32;

/** Of two that are open on one connector, the younger is the one that runs. */
async function loadSessions(central: Central): Promise<void> {
  const records = await openSessions(central.storage.read);
  for (let first = 0; first < records.length; first += atATime) {
    const some = records.slice(first, first + atATime);
    const meters = await Promise.all(some.map((record) => meterOf(central, record)));
    some.forEach((record, index) => {
      const connector = central.stations.byId(record.stationId)?.connectors.get(record.connectorId);
      const meter = meters[index];
      if (!connector || !meter) return;
      const session = liveSession(record, meter);
      connector.session = session;
      connector.powerW = session.state === 'charging' ? session.powerW : null;
      connector.energyRegisterWh = session.meter.lastWh;
      connector.sampledAt = session.lastSampleAt;
    });
  }
}

/** When each connected station was last heard, in small units, so that none delays a station. */
async function saveSeen(storage: Storage, stations: Stations): Promise<void> {
  const seen = [...stations.all()].flatMap(({ id, link, lastSeenAt }) =>
    link && lastSeenAt !== null ? [{ nodeId: id, lastSeenAt }] : [],
  );
  for (let first = 0; first < seen.length; first += seenAtATime)
    await storage.write(seen.slice(first, first + seenAtATime).map(noteSeen));
}

function newSubject(log: Logger) {
  const listeners = new Set<(event: DomainEvent) => void>();
  const publish = (event: DomainEvent) => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (err) {
        log.error({ err, kind: event.kind }, 'a listener failed');
      }
    }
  };
  const subscribe = (listener: (event: DomainEvent) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { publish, subscribe };
}
