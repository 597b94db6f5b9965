import { addToHour } from '../../storage/roll-up.ts';
import { registersByHour } from '../../storage/samples.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';

/** What a session adds to one hour of its outlet. */
export type HourShare = Readonly<{ hourAt: number; sessions: number; energyWh: number; occupiedMs: number; chargingMs: number }>;

/** What of a session is counted. `energyWh` is null when it must not be. */
export type Countable = Readonly<{
  id: number;
  stationId: number;
  connectorId: number;
  siteId: number;
  startedAt: number;
  stoppedAt: number;
  endedAt: number;
  meterStartWh: number;
  energyWh: number | null;
}>;

/** A point of the energy curve: energy of the session until then. */
type Point = Readonly<{ at: number; energyWh: number }>;

const hourMs = 3_600_000;
/** A session that seems to last longer says more about clocks than about charging; it counts in its first hour. */
const mostHours = 2000;

const hourOf = (at: number) => at - (((at % hourMs) + hourMs) % hourMs);

/**
 * Shares a session among the hours that it touched: energy by the curve, time by the clock. The shares of energy add up to all of it.
 */
export function shares(session: Countable, curve: readonly Point[]): HourShare[] {
  const { startedAt } = session;
  const stoppedAt = Math.max(startedAt, session.stoppedAt);
  const endedAt = Math.max(stoppedAt, session.endedAt);
  const energyWh = session.energyWh ?? 0;
  const first = hourOf(startedAt);
  const last = hourOf(endedAt);
  if ((last - first) / hourMs > mostHours)
    return [{ hourAt: first, sessions: 1, energyWh, occupiedMs: hourMs, chargingMs: hourMs }];

  const points = [{ at: startedAt, energyWh: 0 }, ...curve, { at: stoppedAt, energyWh }];
  const energyAt = energyUntil(points, energyWh);
  const found: HourShare[] = [];
  for (let hourAt = first, before = 0; hourAt <= last; hourAt += hourMs) {
    const until = hourAt === last ? energyWh : Math.round(energyAt(hourAt + hourMs));
    found.push({
      hourAt,
      sessions: hourAt === first ? 1 : 0,
      energyWh: until - before,
      occupiedMs: overlap(hourAt, startedAt, endedAt),
      chargingMs: overlap(hourAt, startedAt, stoppedAt),
    });
    before = until;
  }
  return found;
}

const overlap = (hourAt: number, from: number, to: number) => Math.max(0, Math.min(to, hourAt + hourMs) - Math.max(from, hourAt));

/** Energy until a moment, between the points in a straight line. The curve never falls and never exceeds the whole. */
function energyUntil(points: readonly Point[], most: number): (at: number) => number {
  let high = 0;
  const rising = points.map(({ at, energyWh }) => {
    high = Math.min(most, Math.max(high, energyWh));
    return { at, energyWh: high };
  });
  return (at) => {
    const next = rising.findIndex((point) => point.at >= at);
    const after = rising[next];
    const before = rising[next - 1];
    if (!after) return most;
    if (!before || after.at === before.at) return after.energyWh;
    return before.energyWh + ((after.energyWh - before.energyWh) * (at - before.at)) / (after.at - before.at);
  };
}

/**
 * The statements that bring the roll-ups in line with a session, and what it has then added to them. What it added before is taken back,
 * so that a late stop corrects instead of counting twice.
 */
export async function rollUp(
  central: Central,
  session: Countable,
  rolledUp: string | null,
): Promise<{ statements: readonly Statement[]; rolledUp: string }> {
  const registers = session.energyWh ? await registersByHour(central.storage.read, session) : [];
  const curve = registers
    .filter(({ sampledAt }) => sampledAt > session.startedAt && sampledAt < session.stoppedAt)
    .map(({ sampledAt, energyWh }) => ({ at: sampledAt, energyWh: energyWh - session.meterStartWh }));
  const fits = (curve.at(-1)?.energyWh ?? 0) <= 1.1 * (session.energyWh ?? 0) + 100;
  const now = shares(session, fits ? curve : []);
  // Written by this function only, so its shape is known.
  const before = rolledUp === null ? [] : (JSON.parse(rolledUp) as HourShare[]);
  const statements = correction(before, now).map((share) =>
    addToHour({ ...share, stationId: session.stationId, connectorId: session.connectorId, siteId: session.siteId }),
  );
  return { statements, rolledUp: JSON.stringify(now) };
}

/** What has to be added to come from one set of shares to another. */
function correction(before: readonly HourShare[], now: readonly HourShare[]): HourShare[] {
  const byHour = new Map<number, HourShare>();
  const add = (share: HourShare, sign: 1 | -1) => {
    const sum = byHour.get(share.hourAt) ?? { hourAt: share.hourAt, sessions: 0, energyWh: 0, occupiedMs: 0, chargingMs: 0 };
    byHour.set(share.hourAt, {
      hourAt: share.hourAt,
      sessions: sum.sessions + sign * share.sessions,
      energyWh: sum.energyWh + sign * share.energyWh,
      occupiedMs: sum.occupiedMs + sign * share.occupiedMs,
      chargingMs: sum.chargingMs + sign * share.chargingMs,
    });
  };
  for (const share of before) add(share, -1);
  for (const share of now) add(share, 1);
  return [...byHour.values()].filter((share) => share.sessions || share.energyWh || share.occupiedMs || share.chargingMs);
}
