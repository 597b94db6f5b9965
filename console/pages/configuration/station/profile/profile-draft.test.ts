import { expect, test } from 'vitest';
import { newDraft, presets, readProfile, shownSeconds, usePreset } from './profile-draft.ts';

const zone = 'Europe/Oslo';
const now = Date.UTC(2026, 10, 22, 21, 0);
const midnight = Date.UTC(2026, 10, 21, 23, 0);
const draft = () => newDraft('TxDefaultProfile', 7, now, zone);

test('a new draft is a limit from the start of each charging', () => {
  expect(readProfile(draft(), zone).profile).toEqual({
    id: 7,
    stackLevel: 0,
    purpose: 'TxDefaultProfile',
    kind: 'Relative',
    schedule: { unit: 'A', periods: [{ startS: 0, limit: 16 }] },
  });
});

test('the preset for the night repeats daily from midnight of the site', () => {
  const typed = draft();
  const night = presets.find(({ key }) => key === 'night');
  if (night) usePreset(typed, night, now, zone);
  const { profile } = readProfile(typed, zone);
  expect(profile).toMatchObject({ kind: 'Recurring', recurrency: 'Daily' });
  expect(profile?.schedule).toEqual({
    durationS: 86_400,
    startAt: midnight,
    unit: 'A',
    periods: [
      { startS: 0, limit: 16 },
      { startS: 6 * 3600, limit: 6 },
      { startS: 22 * 3600, limit: 16 },
    ],
  });
  expect(profile && shownSeconds(profile)).toBe(86_400);
});

test('numbers are taken as people write them, with one decimal', () => {
  const typed = { ...draft(), minRate: '6,0', periods: [{ start: '0:00', limit: '16,34', phases: '3' as const }] };
  expect(readProfile(typed, zone).profile?.schedule).toMatchObject({ minRate: 6, periods: [{ limit: 16.3, phases: 3 }] });
});

test('what is wrong stands at its member', () => {
  const period = (start: string, limit = '16') => ({ start, limit, phases: '' as const });
  const wrong = (typed: Partial<ReturnType<typeof draft>>) => readProfile({ ...draft(), ...typed }, zone).problems;
  expect(wrong({ id: '0', stackLevel: '1.5' })).toEqual({ id: 'number', stackLevel: 'number' });
  expect(wrong({ periods: [period('0:00'), period('2:00'), period('1:00', '-1')] })).toEqual({
    'period.2.start': 'notRising',
    'period.2.limit': 'number',
  });
  expect(wrong({ duration: '1:00', periods: [period('0:00'), period('1:00')] })).toEqual({ 'period.1.start': 'afterEnd' });
  expect(wrong({ kind: 'Absolute', startAt: '' })).toEqual({ startAt: 'needed' });
  expect(wrong({ validFrom: '2026-11-22 10:00', validTo: '2026-11-22 09:00' })).toEqual({ validTo: 'beforeStart' });
  expect(wrong({ purpose: 'ChargePointMaxProfile' })).toEqual({ kind: 'notRelative' });
});
