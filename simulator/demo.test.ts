import { expect, test } from 'vitest';
import { demoHistory } from './demo-history.ts';
import { demoFile, demoStations } from './demo-site.ts';

const sunday = Date.UTC(2026, 10, 22, 12);
const week = demoHistory(sunday, 7, 7);

test('the demo has two sites with floors, twelve stations, a controller and people of every role', () => {
  expect(demoFile.sites?.map((site) => site.floors?.length)).toEqual([2, 1]);
  expect(demoStations()).toHaveLength(12);
  expect(demoFile.sites?.[0]?.floors?.[0]?.controllers).toHaveLength(1);
  expect(new Set(demoFile.users?.map((user) => user.role)).size).toBe(4);
  const tags = (demoFile.users ?? []).flatMap((user) => user.rfid ?? []);
  expect(new Set(tags).size).toBe(tags.length);
});

test('the week before is the same for the same seed, and another for another', () => {
  expect(demoHistory(sunday, 7, 7)).toEqual(week);
  expect(demoHistory(sunday, 7, 8)).not.toEqual(week);
});

test('no two sessions of an outlet overlap, registers only rise, and power never exceeds the outlet', () => {
  const outlets = Map.groupBy(week, (session) => `${session.chargeBoxId} ${session.connectorId}`);
  expect(outlets.size).toBe(24);
  for (const sessions of outlets.values()) {
    for (const [index, session] of sessions.entries()) {
      const before = sessions[index - 1];
      if (before) {
        expect(session.startedAt).toBeGreaterThanOrEqual(before.endedAt);
        expect(session.meterStartWh).toBeGreaterThanOrEqual(before.meterStopWh);
      }
      expect(session.endedAt).toBeGreaterThanOrEqual(session.stoppedAt);
      expect(session.endedAt).toBeLessThan(sunday);
      let registerWh = session.meterStartWh;
      for (const sample of session.samples) {
        expect(sample.registerWh).toBeGreaterThanOrEqual(registerWh);
        expect(sample.powerW).toBeLessThanOrEqual(22_100);
        registerWh = sample.registerWh;
      }
      expect(session.meterStopWh).toBeGreaterThanOrEqual(registerWh);
    }
  }
});

test('a parking house fills in the morning of a weekday, a housing association in the evening', () => {
  const starts = (site: RegExp, from: number, to: number) =>
    week.filter((session) => {
      const local = new Date(session.startedAt + 3_600_000);
      const isWeekday = local.getUTCDay() > 0 && local.getUTCDay() < 6;
      return isWeekday && site.test(session.chargeBoxId) && local.getUTCHours() >= from && local.getUTCHours() < to;
    }).length;
  expect(starts(/^BRY/, 6, 10)).toBeGreaterThan(3 * starts(/^BRY/, 0, 6));
  expect(starts(/^BRY/, 6, 10)).toBeGreaterThan(starts(/^BRY/, 18, 22));
  expect(starts(/^EKB/, 15, 22)).toBeGreaterThan(2 * starts(/^EKB/, 3, 12));
});
