import { describe, expect, test } from 'vitest';
import en from '../locales/en.json' with { type: 'json' };
import nb from '../locales/nb.json' with { type: 'json' };
import sv from '../locales/sv.json' with { type: 'json' };
import { fitOf, knownKey, knownKeys } from './configuration-keys.ts';

test.each([
  ['en', en],
  ['nb', nb],
  ['sv', sv],
] as const)('every known key has its meaning in %s, and every meaning its key', (_language, texts) => {
  expect(Object.keys(texts.configurationKey).toSorted()).toEqual(knownKeys.map(({ key }) => key).toSorted());
});

test('no key is known twice', () => {
  expect(new Set(knownKeys.map(({ key }) => key)).size).toBe(knownKeys.length);
});

test('keys are known in any spelling, and an exact one wins', () => {
  expect(knownKey('connectiontimeout')?.key).toBe('ConnectionTimeOut');
  expect(knownKey('HeartBeatInterval')?.versions).toEqual(['1.5']);
  expect(knownKey('heartbeatinterval')?.key).toBe('HeartbeatInterval');
  expect(knownKey('X_Led-Mode')).toBeNull();
});

test('what can cut a station off is marked', () => {
  expect(knownKeys.filter(({ danger }) => danger).map(({ key }) => key)).toEqual(
    expect.arrayContaining(['AuthorizationKey', 'SecurityProfile', 'WebSocketPingInterval', 'Cst_BackendUrl', 'ChargePointId']),
  );
});

describe('values', () => {
  test.each([
    ['AuthorizeRemoteTxRequests', 'true', true],
    ['AuthorizeRemoteTxRequests', 'False', true],
    ['AuthorizeRemoteTxRequests', 'yes', 'true, false'],
    ['HeartbeatInterval', '0', true],
    ['HeartbeatInterval', '-1', '0…31622400 s'],
    ['HeartbeatInterval', '3e2', '0…31622400 s'],
    ['LightIntensity', '101', '0…100 %'],
    ['ClockAlignedDataInterval', '86401', '0…86400 s'],
    ['MeterValuesSampledData', 'Energy.Active.Import.Register, Voltage.L1-N,SoC', true],
    ['MeterValuesSampledData', '', true],
    ['MeterValuesSampledData', 'Energy', 'Energy.Active.Import.Register, Power.Active.Import, Voltage.L1, …'],
    ['ConnectorPhaseRotation', '0.RST,1.RTS', true],
    ['ConnectorPhaseRotation', '0.RST,,1.RTS', 'a,b,c'],
    ['ChargingScheduleAllowedChargingRateUnit', 'Ampere', 'Current, Power'],
    ['CpoName', 'Ladeklubben', true],
  ] as const)('%s = %j: %s', (key, value, expected) => {
    const known = knownKey(key);
    expect(known).not.toBeNull();
    if (known) expect(fitOf(known, value)).toEqual(expected === true ? { fits: true } : { fits: false, expected });
  });
});
