import { expect, test } from 'vitest';
import { type TestCentral, testCentral, testStart } from '../testing.ts';
import { recordMeterValues } from './meter.ts';
import type { ReadingContext, ReadingValue } from './reading.ts';
import { numberOf, sampleOf } from './sample.ts';
import { startSession } from './start.ts';

const value = (measurand: string, text: string, unit: string | null, over: Partial<ReadingValue> = {}): ReadingValue => ({
  measurand,
  phase: null,
  location: null,
  unit,
  format: 'Raw',
  value: text,
  ...over,
});
const register = (text: string, unit: string | null) => value('Energy.Active.Import.Register', text, unit);
const figures = (...values: ReadingValue[]) => sampleOf({ at: 0, context: 'Sample.Periodic', values }).figures;
const samples = ({ central }: TestCentral) =>
  central.storage.read.selectFrom('samples').selectAll().orderBy('sampledAt').execute();

const send = (
  { central, station, clock }: TestCentral,
  values: readonly ReadingValue[],
  over: { transactionId?: number | null; connectorId?: number; at?: number | null; context?: ReadingContext } = {},
) =>
  recordMeterValues(central, station, {
    connectorId: over.connectorId ?? 1,
    transactionId: over.transactionId ?? null,
    readings: [{ at: over.at === undefined ? clock.now() : over.at, context: over.context ?? 'Sample.Periodic', values }],
  });

const begin = async ({ central, station, clock }: TestCentral, meterStartWh = 1000) => {
  const start = { connectorId: 1, idTag: '04A1B2C3', startedAt: clock.now(), meterStartWh, reservationId: null };
  return (await startSession(central, station, start)).transactionId;
};

test('R13: a unit that is a name which every object has is no unit', () => {
  for (const unit of ['constructor', '__proto__', 'toString']) {
    const odd = sampleOf({ at: 0, context: 'Sample.Periodic', values: [register('5', unit), value('__proto__', '1', null)] });
    expect(odd).toMatchObject({ registerWh: null, figures: { energyWh: null } });
    expect(Object.keys(JSON.parse(odd.figures.other ?? ''))).toContain('__proto__');
  }
});

test('FIELD 9: units are brought to one, and a missing unit is Wh', () => {
  expect(figures(register('1234', null)).energyWh).toBe(1234);
  expect(figures(register('1.2345', 'kWh')).energyWh).toBe(1235);
  expect(figures(register('1,5', 'kWh')).energyWh).toBe(1500);
  expect(figures(value('Power.Active.Import', '7.36', 'kW')).powerW).toBe(7360);
  expect(figures(value('Power.Active.Import', '7360', null)).powerW).toBe(7360);
  expect(figures(value('Current.Import', '16.05', 'A')).currentMa).toBe(16_050);
  expect(figures(value('Voltage', '230.1', 'V')).voltageMv).toBe(230_100);
  expect(figures(value('SoC', '81', 'Percent', { location: 'EV' })).socPercent).toBe(81);
  expect(figures(value('Temperature', '25', 'Celcius')).temperatureC).toBe(25);
  expect(figures(value('Temperature', '298.15', 'K')).temperatureC).toBeCloseTo(25);
  expect(figures(value('Temperature', '77', 'Fahrenheit')).temperatureC).toBeCloseTo(25);
});

test('powers of phases are summed, currents never are, voltages are their mean', () => {
  const phases = (measurand: string, unit: string, texts: readonly string[]) =>
    texts.map((text, index) => value(measurand, text, unit, { phase: `L${index + 1}` }));
  expect(figures(...phases('Power.Active.Import', 'W', ['1000', '2000', '3000'])).powerW).toBe(6000);
  expect(figures(...phases('Current.Import', 'A', ['10', '16', '12'])).currentMa).toBe(16_000);
  expect(figures(...phases('Voltage', 'V', ['229', '230', '231'])).voltageMv).toBe(230_000);
  const total = value('Power.Active.Import', '6100', 'W');
  expect(figures(...phases('Power.Active.Import', 'W', ['1000', '2000', '3000']), total).powerW).toBe(6100);
  const kept = JSON.parse(figures(...phases('Current.Import', 'A', ['10', '16', '12'])).other ?? '{}');
  expect(kept).toEqual({ 'Current.Import L1': '10 A', 'Current.Import L2': '16 A', 'Current.Import L3': '12 A' });
});

test('SignedData, odd measurands and words are kept as they came, and are no numbers', () => {
  const found = figures(
    value('Energy.Active.Import.Register', 'OCMF|{"RV":12345}|{"SD":"30"}', null, { format: 'SignedData' }),
    value('Request.Energy', '5', 'kWh'),
    value('Power.Active.Import', 'unknown', 'W'),
    value('Energy.Active.Export.Register', '77', 'Wh'),
  );
  expect(found).toMatchObject({ energyWh: null, powerW: null });
  expect(JSON.parse(found.other ?? '')).toEqual({
    'Energy.Active.Import.Register signed': 'OCMF|{"RV":12345}|{"SD":"30"}',
    'Request.Energy': '5 kWh',
    'Power.Active.Import': 'unknown W',
    'Energy.Active.Export.Register': '77 Wh',
  });
});

test('numbers as stations write them', () => {
  expect([' 12 ', '1,5', '.5', '1e3', '-2', '+3'].map(numberOf)).toEqual([12, 1.5, 0.5, 1000, -2, 3]);
  expect(['', 'NaN', 'Infinity', '0x10', '1.2.3', '1e400', '--1'].map(numberOf)).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('values with a transaction show power and energy of the session, and are on disk', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const id = await begin(made);
  made.clock.advance(60_000);
  await send(made, [register('1.1', 'kWh'), value('Power.Active.Import', '7', 'kW')], { transactionId: id });
  const connector = made.station.connectors.get(1);
  expect(connector).toMatchObject({ powerW: 7000, session: { energyWh: 100, powerW: 7000, peakPowerW: 7000 } });
  expect(await samples(made)).toMatchObject([{ sessionId: id, energyWh: 1100, powerW: 7000, sampledAt: testStart + 60_000 }]);
  expect(made.published.map(({ kind }) => kind)).toContain('session.changed');
  await made.close();
});

test('values without a transaction still show as live power', async () => {
  const made = await testCentral();
  await send(made, [value('Power.Active.Import', '3.2', 'kW')]);
  expect(made.station.connectors.get(1)).toMatchObject({ powerW: 3200, session: null });
  expect(await samples(made)).toMatchObject([{ sessionId: null, powerW: 3200 }]);
  await made.close();
});

test('power follows from the register where a station does not measure it', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const id = await begin(made);
  for (const wh of ['1000', '1120']) {
    made.clock.advance(60_000);
    await send(made, [register(wh, 'Wh')], { transactionId: id });
  }
  expect(made.station.connectors.get(1)?.powerW).toBe(7200);
  await made.close();
});

test('R2: repeated values are stored once, and other measurands of the same moment fill the row', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const id = await begin(made);
  made.clock.advance(60_000);
  const at = made.clock.now();
  for (let sent = 0; sent < 3; sent++) await send(made, [register('1100', 'Wh')], { transactionId: id, at });
  await send(made, [value('Voltage', '230', 'V'), value('Frequency', '50', null)], { transactionId: id, at });
  await send(made, [value('RPM', '0', null)], { transactionId: id, at });
  expect(await samples(made)).toMatchObject([{ energyWh: 1100, voltageMv: 230_000, other: '{"RPM":"0","Frequency":"50"}' }]);
  await made.close();
});

test.each([2 ** 63, 0, -1, 77, null])(
  'a transaction id that is nonsense (%s): values belong where connector and time say',
  async (transactionId) => {
    const made = await testCentral({ tags: ['04A1B2C3'] });
    const id = await begin(made);
    made.clock.advance(60_000);
    for (const wh of ['1100', '1200']) {
      made.clock.advance(1000);
      await send(made, [register(wh, 'Wh')], { transactionId });
    }
    expect((await samples(made)).map(({ sessionId }) => sessionId)).toEqual([id, id]);
    await send(made, [register('900', 'Wh')], { transactionId, at: testStart - 3_600_000 });
    expect((await samples(made))[0]).toMatchObject({ sessionId: null, energyWh: 900 });
    await made.close();
  },
);

test('values of the station itself, connector 0, belong to no session', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  await begin(made);
  await send(made, [value('Energy.Active.Import.Register', '5', 'kWh', { location: 'Inlet' })], { connectorId: 0 });
  expect(await samples(made)).toMatchObject([{ connectorId: 0, sessionId: null, energyWh: 5000 }]);
  await made.close();
});

test('a value without a usable time was measured when it came', async () => {
  const made = await testCentral();
  for (const at of [null, 0, Date.UTC(2106, 0, 1)]) {
    made.clock.advance(1000);
    await send(made, [register('1', 'kWh')], { at });
  }
  expect((await samples(made)).map(({ sampledAt }) => sampledAt)).toEqual([1000, 2000, 3000].map((ms) => testStart + ms));
  await made.close();
});

test('an outlet that says Charging while nothing flows shows as in use, and as charging when it flows', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station } = made;
  const connector = station.connectors.get(1);
  if (connector) connector.status = 'Charging';
  const id = await begin(made);
  const state = () => central.tree.byId(connector?.outletId ?? 0)?.state;
  expect(state()).toBe('charging');
  await send(made, [value('Power.Active.Import', '0', 'W')], { transactionId: id });
  expect(state()).toBe('occupied');
  made.clock.advance(1000);
  await send(made, [value('Power.Active.Import', '5000', 'W')], { transactionId: id });
  expect(state()).toBe('charging');
  await made.close();
});

test('FIELD 9: registers in kWh under the name of Wh are recognised, kept with their decimals, and still so after a restart', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const id = await begin(made, 500_000);
  for (const text of ['500.250', '501.375']) {
    made.clock.advance(600_000);
    await send(made, [register(text, 'Wh')], { transactionId: id });
  }
  expect((await samples(made)).map(({ energyWh }) => energyWh)).toEqual([500_250, 501_375]);
  const again = await made.restart();
  made.clock.advance(600_000);
  await send(again, [register('502.5', 'Wh')], { transactionId: id });
  expect(again.station.connectors.get(1)?.session).toMatchObject({ energyWh: 2500, flags: new Set(['unitGuessed']) });
  await made.close();
});
