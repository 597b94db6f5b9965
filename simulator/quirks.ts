import { asPayload, type Payload } from './line.ts';
import type { Random } from './random.ts';

/** What real stations do against the book, one name each, and where the wire shows it. */
export const quirks = {
  noSubprotocol: 'offers no Sec-WebSocket-Protocol',
  severalSubprotocols: 'offers ocpp1.6 among others',
  changingSubprotocols: 'offers another list at each reconnect',
  doubledSlash: 'two slashes before its identity',
  trailingSlash: 'a slash behind its identity',
  otherLetterCase: 'its identity in other letter case than registered',
  hexPassword: 'a key in hex sent as its text instead of its bytes',
  nullPayload: 'null where an empty payload belongs',
  longSerialNumber: 'serial number and model longer than allowed',
  inventedMeasurand: 'a measurand that does not exist',
  wrongContext: 'a reading context that does not exist',
  hertzUnit: 'unit Hz, which 1.6 does not know',
  celcius: 'Celcius for Celsius',
  numericValues: 'sampled values as JSON numbers',
  kilowattHoursAsWattHours: 'kWh figures labelled Wh',
  fractionalMeter: 'meterStart and meterStop with decimals',
  unknownMeterStop: 'meterStop -1',
  meterStartsAtZero: 'a register that begins at zero with each session',
  registerRunsOn: 'meter values after StopTransaction, slightly above its meterStop',
  foreignTransactionId: 'transaction ids in MeterValues that nobody gave',
  emptyTransactionData: 'transactionData present but empty',
  repeatsStart: 'sends StartTransaction again with the same message id although it was answered',
  repeatsStartWithNewId: 'sends StartTransaction again with another message id',
  repeatsStartAtOnce: 'sends StartTransaction twice without waiting for the answer',
  repeatsStop: 'sends StopTransaction again although it was answered',
  forgetsStop: 'never sends StopTransaction',
  stopsWithoutId: 'StopTransaction with transaction id -1',
  noZone: 'time stamps without zone',
  wrongZone: 'local time with a Z until the clock is set',
  clockAt1970: 'time stamps of 1970 until the clock is set',
  replaysOldMessages: 'sends old messages before its first BootNotification is answered',
  secondConnection: 'opens the next connection before the first is closed',
  misspeltKeys: 'ConnectionTimeout for ConnectionTimeOut, and keys of its vendor',
  alwaysScheduled: 'answers ChangeAvailability with Scheduled though nothing charges',
  noReason: 'never a stop reason',
  separatedTags: 'tags with separators: 20:69:C0:21',
  securityEvents: 'SecurityEventNotification without being asked',
  unknownMembers: 'members that the schema does not know',
  freeTextError: 'error codes of its own',
} as const satisfies Record<string, string>;
export type Quirk = keyof typeof quirks;

/** A few quirks that go well with each other, by the seed. */
export function someQuirks(random: Random): Quirk[] {
  const one = (group: readonly Quirk[]) => random.pick(group);
  return [
    one(['noSubprotocol', 'severalSubprotocols', 'changingSubprotocols', 'otherLetterCase', 'trailingSlash', 'doubledSlash']),
    one(['inventedMeasurand', 'wrongContext', 'hertzUnit', 'celcius', 'numericValues', 'foreignTransactionId']),
    one(['repeatsStart', 'repeatsStartWithNewId', 'repeatsStartAtOnce', 'repeatsStop', 'emptyTransactionData', 'registerRunsOn']),
    one(['noZone', 'wrongZone', 'clockAt1970', 'longSerialNumber', 'nullPayload', 'unknownMembers']),
    one(['misspeltKeys', 'alwaysScheduled', 'noReason', 'separatedTags', 'securityEvents', 'freeTextError', 'fractionalMeter']),
  ];
}

/** The subprotocols to offer at the n-th connection. */
export function offeredProtocols(has: ReadonlySet<Quirk>, connection: number): string[] {
  if (has.has('noSubprotocol')) return [];
  if (has.has('severalSubprotocols')) return ['ocpp2.0.1', 'ocpp1.6', 'ocpp1.5'];
  if (has.has('changingSubprotocols') && connection % 2 === 1) return ['ocpp1.6', 'ocpp2.0.1'];
  return ['ocpp1.6'];
}

/** The address as the station writes it. */
export function stationAddress(has: ReadonlySet<Quirk>, url: string, chargeBoxId: string): string {
  const endpoint = url.replace(/\/+$/, '');
  const swapped = chargeBoxId === chargeBoxId.toUpperCase() ? chargeBoxId.toLowerCase() : chargeBoxId.toUpperCase();
  const identity = encodeURIComponent(has.has('otherLetterCase') ? swapped : chargeBoxId);
  return `${endpoint}${has.has('doubledSlash') ? '//' : '/'}${identity}${has.has('trailingSlash') ? '/' : ''}`;
}

/** A time stamp as the station writes it. Its clock is set once the central system has told the time. */
export function writtenTime(has: ReadonlySet<Quirk>, at: number, isClockSet: boolean): string {
  if (has.has('clockAt1970') && !isClockSet) return new Date(at % 86_400_000).toISOString();
  if (has.has('wrongZone') && !isClockSet) return new Date(at + 7_200_000).toISOString();
  const text = new Date(at).toISOString();
  return has.has('noZone') ? text.replace(/\.\d+Z$/, '') : text;
}

/** The payload as this station would send it. */
export function dress(has: ReadonlySet<Quirk>, action: string, payload: Payload): unknown {
  if (has.size === 0) return payload;
  if (has.has('nullPayload') && Object.keys(payload).length === 0) return null;
  const extra: Payload = has.has('unknownMembers') ? { vendorSpecific: { rev: 3 } } : {};
  return { ...payload, ...change[action]?.(has, payload), ...extra };
}

type Change = (has: ReadonlySet<Quirk>, payload: Payload) => Payload;

const change: Readonly<Record<string, Change>> = {
  BootNotification: (has) =>
    has.has('longSerialNumber')
      ? { chargePointModel: 'A model name of more than twenty', chargePointSerialNumber: '0123456789ABCDEF0123456789ABCDEF' }
      : {},
  StartTransaction: (has, payload) => meters(has, payload, 'meterStart'),
  StopTransaction: (has, payload) => {
    const { reason, ...rest } = payload;
    return {
      ...(has.has('noReason') ? { ...rest, reason: undefined } : { reason }),
      ...meters(has, payload, 'meterStop'),
      ...(has.has('unknownMeterStop') && { meterStop: -1 }),
      ...(has.has('stopsWithoutId') && { transactionId: -1 }),
      ...(has.has('emptyTransactionData') && { transactionData: [] }),
    };
  },
  MeterValues: (has, payload) => ({
    ...(has.has('foreignTransactionId') && payload.transactionId !== undefined && { transactionId: 0 }),
    meterValue: list(payload.meterValue).map((value) => ({
      ...value,
      sampledValue: list(value.sampledValue).flatMap((sampled) => changeSample(has, sampled)),
    })),
  }),
  StatusNotification: (has, payload) =>
    has.has('freeTextError') && payload.errorCode !== 'NoError' ? { errorCode: 'Error' } : {},
};

function meters(has: ReadonlySet<Quirk>, payload: Payload, member: string): Payload {
  const wattHours = Number(payload[member]);
  if (has.has('kilowattHoursAsWattHours')) return { [member]: wattHours / 1000 };
  return has.has('fractionalMeter') ? { [member]: wattHours + 0.37 } : {};
}

function changeSample(has: ReadonlySet<Quirk>, sampled: Payload): Payload[] {
  let sample = sampled;
  const isEnergy = sample.measurand === 'Energy.Active.Import.Register';
  if (has.has('kilowattHoursAsWattHours') && isEnergy) sample = { ...sample, value: String(Number(sample.value) / 1000) };
  if (has.has('numericValues')) sample = { ...sample, value: Number(sample.value) };
  if (has.has('wrongContext')) sample = { ...sample, context: 'Sample.Whenever' };
  const more: Payload[] = [];
  if (isEnergy && has.has('inventedMeasurand')) more.push({ measurand: 'Request.Energy', unit: 'Wh', value: '1' });
  if (isEnergy && has.has('hertzUnit')) more.push({ measurand: 'Frequency', unit: 'Hz', value: '50.01' });
  if (isEnergy && has.has('celcius')) more.push({ measurand: 'Temperature', unit: 'Celcius', value: '27.5' });
  return [sample, ...more];
}

function list(value: unknown): Payload[] {
  return Array.isArray(value) ? value.map(asPayload) : [];
}

/** A tag as this station's reader writes it: bytes of a hex tag with colons between. */
export function writtenTag(has: ReadonlySet<Quirk>, idTag: string): string {
  const isShortHex = /^(?:[0-9A-F]{2}){2,7}$/i.test(idTag) && idTag.length <= 14;
  return has.has('separatedTags') && isShortHex ? (idTag.match(/../g) ?? []).join(':').slice(0, 20) : idTag;
}
