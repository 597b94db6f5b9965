import type { PastSample, PastSession } from '../shared/demo.ts';
import { Charge, randomCar } from './car.ts';
import { demoStations } from './demo-site.ts';
import { type Random, seededRandom } from './random.ts';

const minute = 60_000;
const hour = 60 * minute;
const sampleMs = 5 * minute;
const idleSampleMs = 30 * minute;

/** When people come: chance an hour and outlet, by the hour of their day. */
type Day = (local: Readonly<{ hour: number; isWeekend: boolean }>) => number;

const parking: Day = ({ hour: at, isWeekend }) => {
  const weekday = at < 6 ? 0.02 : at < 10 ? 0.8 : at < 16 ? 0.4 : at < 20 ? 0.3 : 0.1;
  return isWeekend ? (at < 10 ? 0.04 : at < 19 ? 0.2 : 0.06) : weekday;
};
const housing: Day = ({ hour: at, isWeekend }) => {
  if (at < 6) return 0.02;
  if (at < 15) return isWeekend ? 0.15 : 0.06;
  return at < 22 ? 0.45 : 0.15;
};

/** Where a register stands at a time: it has risen since the outlet was built, faster than people could use it. */
export const registerAt = (at: number, random: Random): number =>
  Math.round(((at - Date.UTC(2026, 0, 1)) / hour) * 1700 + random.whole(0, 400_000));

/** What happened at the demo's stations in the days before: sessions in the order of their start, the same ones for the same seed. */
export function demoHistory(until: number, days: number, seed: number): PastSession[] {
  const sessions = demoStations().flatMap((station) => {
    const zone = localTime(station.timeZone);
    const day = station.site.includes('Housing') ? housing : parking;
    return station.outlets.flatMap(({ connectorId }) => {
      const random = seededRandom(seed).fork(`${station.chargeBoxId} ${connectorId}`);
      const outlet = { chargeBoxId: station.chargeBoxId, connectorId, tags: station.tags };
      return [...pastOf(outlet, day, zone, until - days * 24 * hour, until, random)];
    });
  });
  return sessions.sort((a, b) => a.startedAt - b.startedAt);
}

function* pastOf(
  outlet: Readonly<{ chargeBoxId: string; connectorId: number; tags: readonly string[] }>,
  day: Day,
  zone: ReturnType<typeof localTime>,
  from: number,
  until: number,
  random: Random,
): Iterable<PastSession> {
  let registerWh = registerAt(from, random);
  for (let now = from; now < until; now += 10 * minute) {
    const local = zone(now);
    if (!random.chance(day(local) / 6)) continue;
    const startedAt = Math.round(now + random.between(0, 9 * minute));
    const leavesAt = startedAt + stayMs(day, local, random);
    const session = charge(outlet, startedAt, leavesAt, registerWh, random);
    // Somebody is still there now: the live demo has its own cars.
    if (session.endedAt > until - 5 * minute) return;
    yield session;
    registerWh = session.meterStopWh;
    now = session.endedAt;
  }
}

/** Commuters stay for the day, residents for the night, the others for an errand. */
function stayMs(day: Day, local: Readonly<{ hour: number; isWeekend: boolean }>, random: Random): number {
  if (day === housing && local.hour >= 15) return random.between(8, 13) * hour;
  if (day === parking && !local.isWeekend && local.hour < 10 && random.chance(0.6)) return random.between(6, 9) * hour;
  return random.between(0.6, 3.5) * hour;
}

function charge(
  outlet: Readonly<{ chargeBoxId: string; connectorId: number; tags: readonly string[] }>,
  startedAt: number,
  leavesAt: number,
  meterStartWh: number,
  random: Random,
): PastSession {
  const drawn = new Charge(randomCar(random), { phases: 3, currentA: 32 }, random);
  const samples: PastSample[] = [];
  let register = meterStartWh;
  let sampledAt = startedAt;
  for (let at = startedAt + minute; at < leavesAt; at += minute) {
    register += drawn.advance(minute);
    const waitMs = drawn.state === 'full' ? idleSampleMs : sampleMs;
    if (at - sampledAt < waitMs && at - startedAt > minute) continue;
    sampledAt = at;
    samples.push(sampleOf(drawn, at, register, random));
  }
  const isUnplugged = random.chance(0.35);
  return {
    chargeBoxId: outlet.chargeBoxId,
    connectorId: outlet.connectorId,
    idTag: random.pick(outlet.tags),
    startedAt,
    stoppedAt: Math.round(leavesAt),
    endedAt: Math.round(leavesAt + (isUnplugged ? 0 : random.between(5000, 90_000))),
    meterStartWh,
    meterStopWh: Math.round(register),
    reason: isUnplugged ? 'EVDisconnected' : 'Local',
    samples,
  };
}

function sampleOf(drawn: Charge, at: number, register: number, random: Random): PastSample {
  const amperes = drawn.powerW / (230 * drawn.phases);
  return {
    at,
    registerWh: Math.round(register),
    powerW: Math.round(drawn.powerW),
    currentMa: Math.round(amperes * 1000),
    voltageMv: Math.round((231.5 - amperes * 0.12 + random.between(-0.8, 0.8)) * 1000),
    socPercent: Math.round(drawn.socPercent),
  };
}

/** Hour and kind of day at a place. */
function localTime(timeZone: string): (at: number) => { hour: number; isWeekend: boolean } {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', weekday: 'short', hourCycle: 'h23' });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return { hour: Number(parts.get('hour')), isWeekend: ['Sat', 'Sun'].includes(parts.get('weekday') ?? '') };
  };
}
