import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shares } from './roll-up.ts';

const hour = 3_600_000;
const session = { id: 1, stationId: 1, connectorId: 1, siteId: 1, meterStartWh: 0 };

test('a session is shared among its hours by its curve and by the clock', () => {
  const startedAt = 10 * hour + hour / 2;
  const found = shares({ ...session, startedAt, stoppedAt: startedAt + hour, endedAt: startedAt + 2 * hour, energyWh: 8000 }, [
    { at: 11 * hour, energyWh: 6000 },
  ]);
  expect(found).toEqual([
    { hourAt: 10 * hour, sessions: 1, energyWh: 6000, occupiedMs: hour / 2, chargingMs: hour / 2 },
    { hourAt: 11 * hour, sessions: 0, energyWh: 2000, occupiedMs: hour, chargingMs: hour / 2 },
    { hourAt: 12 * hour, sessions: 0, energyWh: 0, occupiedMs: hour / 2, chargingMs: 0 },
  ]);
});

test('the shares add up to the session, whatever its curve', () => {
  const time = fc.integer({ min: 0, max: 48 * hour });
  fc.assert(
    fc.property(
      time,
      time,
      time,
      fc.option(fc.nat({ max: 500_000 }), { nil: null }),
      fc.array(fc.record({ at: time, energyWh: fc.integer({ min: -1000, max: 600_000 }) })),
      (startedAt, charging, idle, energyWh, curve) => {
        const stoppedAt = startedAt + charging;
        const endedAt = stoppedAt + idle;
        const points = curve.sort((a, b) => a.at - b.at).filter(({ at }) => at > startedAt && at < stoppedAt);
        const found = shares({ ...session, startedAt, stoppedAt, endedAt, energyWh }, points);
        const sum = (of: 'sessions' | 'energyWh' | 'occupiedMs' | 'chargingMs') =>
          found.reduce((total, share) => total + share[of], 0);
        expect(sum('sessions')).toBe(1);
        expect(sum('energyWh')).toBe(energyWh ?? 0);
        expect(sum('occupiedMs')).toBe(endedAt - startedAt);
        expect(sum('chargingMs')).toBe(stoppedAt - startedAt);
        for (const share of found) expect(share.energyWh).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});

test('a session that seems to last for years counts in its first hour', () => {
  expect(shares({ ...session, startedAt: 0, stoppedAt: 20_000 * hour, endedAt: 20_000 * hour, energyWh: 5 }, [])).toHaveLength(1);
});
