import { describe, expect, test } from 'vitest';
import en from '../locales/en.json' with { type: 'json' };
import nb from '../locales/nb.json' with { type: 'json' };
import sv from '../locales/sv.json' with { type: 'json' };
import { fitOf, knownKey, knownKeys, mayCutOff } from './configuration-keys.ts';

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
  expect([knownKey('freecharging')?.maker, knownKey('FreeCharging')?.maker]).toEqual(['Easee', 'Zaptec']);
  expect(knownKey('DefaultPriceText,nb')?.key).toBe('DefaultPriceText');
  expect(knownKey('X_Led-Mode')).toBeNull();
});

test('what can cut a station off is marked', () => {
  expect(knownKeys.filter(({ danger }) => danger).map(({ key }) => key)).toEqual(
    expect.arrayContaining(['AuthorizationKey', 'SecurityProfile', 'WebSocketPingInterval', 'Cst_BackendUrl', 'ChargePointId']),
  );
});

test.each(
  [
    ['AuthorizationKey', 'UseAuthorizationKeyWithoutDecoding', 'CentralSystemURI', 'VerifyCsmsAllowWildcards'],
    ['ServerUrl', 'OCPPBackendAddress', 'AccessPointName', 'apn_user', 'WiFiPassphrase', 'ChargerNetIP', 'chargeboxid', 'SimPin'],
  ].flat(),
)('%s may cut the station off', (key) => {
  expect(mayCutOff(key)).toBe(true);
});

test.each([
  ...['HeartbeatInterval', 'FreeCharging', 'CpoName', 'ICCID'],
  ...['HourLimit', 'RelayTripCount', 'X_LedColour', 'SimulationMode', 'RfidEndianness'],
])('%s does not', (key) => {
  expect(mayCutOff(key)).toBe(false);
});

describe('values', () => {
  test.each([
    ['AuthorizeRemoteTxRequests', 'true', true],
    ['AuthorizeRemoteTxRequests', 'False', true],
    ['AuthorizeRemoteTxRequests', 'yes', 'true, false'],
    ['HeartbeatInterval', '0', true],
    ['HeartbeatInterval', '-1', '0…2147483647 s'],
    ['HeartbeatInterval', '3e2', '0…2147483647 s'],
    ['LightIntensity', '101', '0…100 %'],
    // Alfen documents that it takes as much.
    ['ClockAlignedDataInterval', '999999', true],
    ['MaxEnergyOnInvalidId', '4294967295', true],
    ['G_MaxCurrent', '25.00', true],
    ['G_MaxCurrent', '25,0', '0…2147483647 A'],
    ['CompositeScheduleDefaultNumberPhases', '4', '1…3'],
    ['RCMBDelta', '0.5', '0…999'],
    ['SC-Mode', 'Blue', true],
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

  test.each([
    ['AuthorizeRemoteTxRequests', '0', '1', true],
    ['MeterValuesSampledData', 'Voltage,Request.Energy', 'Request.Energy', true],
    ['ResetRetries', '2.0', '3.0', true],
    ['ResetRetries', 'two', '3', false],
    ['ResetRetries', 'two', '', false],
    ['ResetRetries', 'two', null, false],
  ] as const)('%s = %j where the station has %j: %s', (key, value, own, fits) => {
    const known = knownKey(key);
    expect(known && fitOf(known, value, own).fits).toBe(fits);
  });
});
