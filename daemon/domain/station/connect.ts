import { noteConnected, noteSeen } from '../../storage/stations.ts';
import type { Central } from '../central.ts';
import { tellDeed } from '../command/proof.ts';
import { showStation } from '../topology/tree-state.ts';
import { stationEvent } from './event.ts';
import { mayTell } from './gate.ts';
import type { Station, StationLink } from './station.ts';

const probeMs = 5000;
/** Lines that ended, perhaps before their turn had come. */
const ended = new WeakSet<StationLink>();
/** Who was heard within this time counts as alive when another takes its place. */
const aliveMs = 120_000;

/**
 * Gives a station its line (SECURITY A2, FIELD 2). One that has proven its key takes the place of the older line in one step: a half-open
 * socket must not keep it out. Without a key (profile 0) the older line is asked first, and keeps its place while it answers.
 */
export async function connected(
  central: Central,
  station: Station,
  link: StationLink,
  authenticated: boolean,
): Promise<'connected' | 'refused'> {
  // From the last look at the older line to the taking of its place nothing may wait, else two would take it.
  for (let old = station.link; old && !authenticated; old = station.link) {
    const isAlive = await old.probe(probeMs);
    if (station.link !== old) continue;
    if (!isAlive) break;
    await tellIntruder(central, station, link, old);
    return 'refused';
  }
  if (ended.has(link)) return 'refused';
  const before = station.link;
  const now = central.clock.now();
  const wasAlive = before !== null && station.lastSeenAt !== null && now - station.lastSeenAt < aliveMs;
  station.link = link;
  station.firstConnectedAt ??= now;
  station.lastSeenAt = now;
  station.address = link.address;
  station.protocol = link.protocol;
  station.clock.suspectOffsetMs = null;
  before?.close('replaced');
  showStation(central, station);

  const unit = [
    noteConnected({
      nodeId: station.id,
      address: link.address,
      transport: link.protocol,
      firstConnectedAt: station.firstConnectedAt,
      lastSeenAt: now,
    }),
    stationEvent(central, station, {
      kind: 'station.connected',
      severity: 'info',
      data: { address: link.address, protocol: link.protocol, secure: link.secure },
    }),
  ];
  if (before && wasAlive && before.address !== link.address) {
    const data = { from: before.address, to: link.address };
    unit.push(stationEvent(central, station, { kind: 'station.displaced', severity: 'warning', data }));
  }
  await central.storage.write(unit);
  central.publish({ kind: 'station.changed', stationId: station.id });
  if (station.booted) tellDeed(central.proofs, station.id, { did: 'connected' });
  return 'connected';
}

async function tellIntruder(central: Central, station: Station, link: StationLink, old: StationLink): Promise<void> {
  station.log.warn({ address: link.address, from: old.address }, 'second connection refused: the first one is alive');
  if (!mayTell(central.gate, `${station.id} intruder ${link.address}`, central.clock.now())) return;
  const data = { address: link.address, connectedFrom: old.address };
  await central.storage.write([stationEvent(central, station, { kind: 'station.intruder', severity: 'warning', data })]);
}

/** The line has ended. The end of a line that was replaced changes nothing. */
export async function disconnected(central: Central, station: Station, link: StationLink): Promise<void> {
  ended.add(link);
  if (station.link !== link) return;
  station.link = null;
  showStation(central, station);
  central.publish({ kind: 'station.changed', stationId: station.id });
  const now = central.clock.now();
  try {
    await central.storage.write([
      noteSeen({ nodeId: station.id, lastSeenAt: station.lastSeenAt ?? now }),
      stationEvent(central, station, { kind: 'station.disconnected', severity: 'info', data: { address: link.address } }),
    ]);
  } catch (error) {
    station.log.error({ err: error }, 'the end of a connection could not be noted');
  }
}
