import { expect, test } from 'vitest';
import type { ConfigurationEntry } from '../../../../../shared/api/stations.ts';
import { knownKey } from '../../../../../shared/model/configuration-keys.ts';
import { editedOf, groupsOf, isReadOnly, unfit, untold } from './rows.ts';

const entry = (key: string, value: string, more: Partial<ConfigurationEntry> = {}): ConfigurationEntry => ({
  ...untold(key),
  value,
  ...more,
});
const entries = [
  entry('HeartbeatInterval', '300', { previousValue: '60', changedAt: 1000 }),
  entry('NumberOfConnectors', '2', { readonly: true }),
  entry('ChargeProfileMaxStackLevel', '8'),
  entry('AcmeLedColour', 'green', { known: null }),
];
const asked = { search: '', filter: 'all', edits: {}, meaning: (key: string) => `about ${key}` } as const;
const keys = (given: Partial<Parameters<typeof groupsOf>[2]>) =>
  groupsOf(entries, { readAt: 1000 }, { ...asked, ...given }).map(({ profile, rows }) => [
    profile,
    ...rows.map(({ key }) => key),
  ]);

test('keys stand by feature profile, unknown ones as the maker’s own', () => {
  expect(keys({})).toEqual([
    ['Core', 'HeartbeatInterval', 'NumberOfConnectors'],
    ['SmartCharging', 'ChargeProfileMaxStackLevel'],
    ['Vendor', 'AcmeLedColour'],
  ]);
});

test('the search looks into keys, values and meanings', () => {
  expect(keys({ search: 'GREEN' })).toEqual([['Vendor', 'AcmeLedColour']]);
  expect(keys({ search: 'about heart' })).toEqual([['Core', 'HeartbeatInterval']]);
});

test('filters: what can be written, what the last reading found changed, what was edited', () => {
  expect(keys({ filter: 'writable' }).flat()).not.toContain('NumberOfConnectors');
  // The standard says so, even where the station forgets to.
  expect(keys({ filter: 'writable' }).flat()).not.toContain('ChargeProfileMaxStackLevel');
  expect(keys({ filter: 'changed' })).toEqual([['Core', 'HeartbeatInterval']]);
  expect(keys({ filter: 'edited', edits: { AcmeLedColour: 'red', HeartbeatInterval: '300' } })).toEqual([
    ['Vendor', 'AcmeLedColour'],
  ]);
});

test('a value typed back to what the station has is no edit', () => {
  expect(editedOf(entries, { HeartbeatInterval: '300' })).toEqual([]);
  expect(editedOf([untold('AuthorizationKey')], { AuthorizationKey: '' })).toEqual([]);
});

test('values are held against what is known of their keys; unknown keys take anything', () => {
  expect(unfit(entry('HeartbeatInterval', '1'), 'soon')).toMatch(/s$/);
  expect(unfit(entry('HeartbeatInterval', '1'), '60')).toBeUndefined();
  expect(unfit(entry('LocalPreAuthorize', '1'), '0')).toBeUndefined();
  expect(unfit(entry('AcmeLedColour', '1', { known: null }), '☃')).toBeUndefined();
  expect(isReadOnly({ ...untold('NumberOfConnectors'), known: knownKey('NumberOfConnectors') })).toBe(true);
});
