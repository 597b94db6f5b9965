import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { type CallError, readErrorCode } from './errors.ts';
import { repair } from './repair.ts';
import { actions } from './v16/actions.ts';

const requestOf = (name: string): TSchema => {
  const action = actions.incoming[name];
  if (!action) throw new Error(`${name} is no message of stations`);
  return action.request;
};
const mend = (name: string, payload: unknown) => {
  const { value, flaws } = repair(requestOf(name), payload);
  return { value, kinds: flaws.map((flaw) => flaw.kind) };
};
const refusalOf = (name: string, payload: unknown): Pick<CallError, 'code' | 'message'> => {
  try {
    repair(requestOf(name), payload);
  } catch (error) {
    const { code, message } = error as CallError;
    return { code, message };
  }
  throw new Error('not refused');
};

const boot = { chargePointVendor: 'Vendor', chargePointModel: 'Model' };
const start = { connectorId: 1, idTag: '04A1B2', timestamp: '2026-11-22T20:48:23Z', meterStart: 1200 };
const stop = { transactionId: 7, timestamp: '2026-11-22T20:48:23Z', meterStop: 2200 };
const sampled = (value: object) => ({
  connectorId: 1,
  meterValue: [{ timestamp: '2026-11-22T20:48:23Z', sampledValue: [value] }],
});

test('FIELD 12: a serial number and a model that are too long are kept whole, as their end tells stations apart', () => {
  const long = { ...boot, chargePointModel: 'M'.repeat(22), chargePointSerialNumber: `${'S'.repeat(31)}7` };
  expect(mend('BootNotification', long)).toEqual({ value: long, kinds: ['textTooLong', 'textTooLong'] });
  expect(mend('BootNotification', { ...boot, firmwareVersion: 'v'.repeat(5000) }).value).toEqual({
    ...boot,
    firmwareVersion: 'v'.repeat(100),
  });
});

test('FIELD 12: a station that leaves out vendor or model is not shut out for it', () => {
  expect(mend('BootNotification', { chargePointVendor: 'Vendor' })).toEqual({
    value: { chargePointVendor: 'Vendor', chargePointModel: '' },
    kinds: ['memberMissing'],
  });
  expect(mend('BootNotification', { chargePointVendor: null, chargePointModel: {} }).value).toEqual({
    chargePointVendor: '',
    chargePointModel: '',
  });
});

test('FIELD 14: a tag that is too long is kept whole, so that no two become one', () => {
  const { value } = mend('Authorize', { idTag: '04A1B2C3D4E5F6_1234567890' });
  expect(value).toEqual({ idTag: '04A1B2C3D4E5F6_1234567890' });
});

test('unknown and null members are dropped', () => {
  const { value, kinds } = mend('BootNotification', { ...boot, colour: 'red', iccid: null, ['__proto__']: { status: 1 } });
  expect(value).toEqual(boot);
  expect(kinds).toContain('unknownMember');
  expect(kinds).toContain('nullMember');
});

test('a member in other capitals is understood', () => {
  expect(mend('Authorize', { IdTag: '04A1B2' })).toEqual({ value: { idTag: '04A1B2' }, kinds: ['memberSpelling'] });
});

test('numbers come as text, and texts as numbers', () => {
  expect(mend('StartTransaction', { ...start, connectorId: '1', idTag: 12345, meterStart: ' 1200 ' })).toEqual({
    value: { ...start, idTag: '12345' },
    kinds: ['numberAsText', 'textAsNumber', 'numberAsText'],
  });
});

test('a register with a fraction is rounded, with a comma as well', () => {
  expect(mend('StartTransaction', { ...start, meterStart: 1200.6 }).value).toEqual({ ...start, meterStart: 1201 });
  expect(mend('StartTransaction', { ...start, meterStart: '1200,4' })).toEqual({
    value: start,
    kinds: ['commaDecimal', 'fraction'],
  });
});

test('FIELD 12: Hz, an invented measurand and a wrong phase are kept as they came', () => {
  const odd = { value: '50.0', measurand: 'Request.Energy', unit: 'Hz', phase: 'R' };
  expect(mend('MeterValues', sampled(odd))).toEqual({
    value: sampled(odd),
    kinds: ['unknownValue', 'unknownValue', 'unknownValue'],
  });
});

test('FIELD 12: a context that does not exist costs only itself', () => {
  expect(mend('MeterValues', sampled({ value: '1', context: 'Sample.Sometimes' }))).toEqual({
    value: sampled({ value: '1' }),
    kinds: ['valueUnusable'],
  });
});

test('FIELD 12: a word that is empty is as good as absent', () => {
  const empty = { context: '', format: '', measurand: '', phase: ' ', location: '', unit: '' };
  expect(mend('MeterValues', sampled({ value: '1500', ...empty }))).toEqual({
    value: sampled({ value: '1500' }),
    kinds: Array(6).fill('valueUnusable'),
  });
  expect(mend('StopTransaction', { ...stop, reason: '' }).value).toEqual(stop);
});

test('FACTS §10: meter values in the words of 1.5, from a queue that is older than the firmware, are understood', () => {
  const timestamp = '2026-11-22T20:48:23Z';
  const old = { timestamp, values: [{ value: '1500', unit: 'Wh' }] };
  const today = { timestamp, sampledValue: [{ value: '1500', unit: 'Wh' }] };
  expect(mend('MeterValues', { connectorId: 1, values: [old] })).toEqual({
    value: { connectorId: 1, meterValue: [today] },
    kinds: ['memberSpelling', 'memberSpelling'],
  });
  expect(mend('MeterValues', { connectorId: 1, values: { timestamp, value: { value: '1500', unit: 'Wh' } } }).value).toEqual({
    connectorId: 1,
    meterValue: [today],
  });
  expect(mend('StopTransaction', { ...stop, transactionData: [{ values: [old, old] }, today] })).toEqual({
    value: { ...stop, transactionData: [today, today, today] },
    kinds: ['unknownMember', 'memberSpelling', 'memberSpelling'],
  });
});

test('misspelt enumerations are understood', () => {
  const { value } = mend(
    'MeterValues',
    sampled({ value: '1', unit: 'kwh', context: 'sample.periodic', measurand: 'energy.active.import.register' }),
  );
  expect(value).toEqual(
    sampled({ value: '1', unit: 'kWh', context: 'Sample.Periodic', measurand: 'Energy.Active.Import.Register' }),
  );
  expect(mend('MeterValues', sampled({ value: '1', unit: '%' })).value).toEqual(sampled({ value: '1', unit: 'Percent' }));
  expect(mend('MeterValues', sampled({ value: '1', unit: 'Amp' })).value).toEqual(sampled({ value: '1', unit: 'A' }));
});

test('FIELD 12: both spellings of Celsius pass without a flaw', () => {
  for (const unit of ['Celcius', 'Celsius']) {
    expect(Compile(requestOf('MeterValues')).Check(sampled({ value: '21', measurand: 'Temperature', unit }))).toBe(true);
  }
});

test('a value that is a number becomes its text', () => {
  expect(mend('MeterValues', sampled({ value: 1234.5 }))).toEqual({
    value: sampled({ value: '1234.5' }),
    kinds: ['textAsNumber'],
  });
});

test('one object stands for a list of one', () => {
  const { value, kinds } = mend('MeterValues', {
    connectorId: 1,
    meterValue: { timestamp: '2026-11-22T20:48:23Z', sampledValue: { value: '1' } },
  });
  expect(value).toEqual(sampled({ value: '1' }));
  expect(kinds).toEqual(['singleNotList', 'singleNotList']);
});

test('an entry that makes no sense does not cost the others', () => {
  const { value, kinds } = mend('MeterValues', {
    connectorId: 1,
    meterValue: ['?', { timestamp: '2026-11-22T20:48:23Z', sampledValue: [{ value: '1' }, {}, null, 7] }],
  });
  expect(value).toEqual(sampled({ value: '1' }));
  expect(kinds).toEqual(['itemDropped', 'itemDropped', 'itemDropped', 'itemDropped']);
});

test('FIELD 11: a missing or nonsensical time is none, and the rest counts', () => {
  expect(mend('StopTransaction', { ...stop, timestamp: 'yesterday' })).toEqual({
    value: { ...stop, timestamp: '' },
    kinds: ['timeUnusable'],
  });
  const { timestamp: _, ...timeless } = stop;
  expect(mend('StopTransaction', timeless)).toEqual({ value: { ...stop, timestamp: '' }, kinds: ['timeMissing'] });
});

test('FIELD 12: an error code that does not exist is kept', () => {
  const status = { connectorId: 1, status: 'Faulted', errorCode: 'Error' };
  expect(mend('StatusNotification', status)).toEqual({ value: status, kinds: ['unknownValue'] });
});

test('Occupied of OCPP 1.5 is a status', () => {
  const status = { connectorId: 1, status: 'Occupied', errorCode: 'NoError' };
  expect(mend('StatusNotification', status)).toEqual({ value: status, kinds: ['enumSpelling'] });
});

test('SECURITY R3: no object is too broken for StopTransaction and MeterValues', () => {
  expect(mend('StopTransaction', {}).value).toEqual({ transactionId: -1, timestamp: '', meterStop: -1 });
  expect(mend('StopTransaction', { transactionId: 'none', meterStop: {}, timestamp: [], transactionData: 'x' }).value).toEqual({
    transactionId: -1,
    timestamp: '',
    meterStop: -1,
    transactionData: [],
  });
  expect(mend('MeterValues', null).value).toEqual({ connectorId: 0, meterValue: [] });
  expect(mend('MeterValues', { connectorId: 1, transactionId: 2 ** 63, meterValue: [] }).value).toEqual({
    connectorId: 1,
    meterValue: [],
  });
});

test('a null payload is an empty one', () => {
  expect(mend('Heartbeat', null)).toEqual({ value: {}, kinds: ['nullPayload'] });
});

test.each([
  ['BootNotification', {}, 'OccurenceConstraintViolation', 'chargePointVendor: missing'],
  ['BootNotification', { colour: 'red' }, 'OccurenceConstraintViolation', 'chargePointVendor: missing'],
  ['Authorize', { idTag: ['A'] }, 'TypeConstraintViolation', 'idTag: a text is needed'],
  ['Authorize', [], 'FormationViolation', 'payload: an object is needed'],
  [
    'StatusNotification',
    { connectorId: 1, status: 'Levitating' },
    'PropertyConstraintViolation',
    'status: not one of the allowed values',
  ],
  ['StatusNotification', { connectorId: -4, status: 'Available' }, 'PropertyConstraintViolation', 'connectorId: out of range'],
  [
    'StatusNotification',
    { connectorId: 'one', status: 'Available' },
    'TypeConstraintViolation',
    'connectorId: a number is needed',
  ],
])('%s %j is refused, and the field named', (name, payload, code, message) => {
  expect(refusalOf(name, payload)).toEqual({ code, message });
});

test('SECURITY A22: nesting without end neither throws nor stays', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(mend('MeterValues', { connectorId: 1, meterValue: deep, more: deep }).value).toEqual({ connectorId: 1, meterValue: [] });
});

test('R13: names that every object has are words like any other', () => {
  for (const word of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const status = { connectorId: 1, status: 'Charging', errorCode: word };
    expect(mend('StatusNotification', status)).toEqual({ value: status, kinds: ['unknownValue'] });
    expect(refusalOf('StatusNotification', { ...status, status: word }).code).toBe('PropertyConstraintViolation');
    expect(readErrorCode(word)).toBe('GenericError');
  }
});
