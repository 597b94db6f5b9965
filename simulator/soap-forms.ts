import { asPayload, type Payload } from './line.ts';

/** Messages of a 1.6 station in the XML of OCPP 1.5 and back: what the older version lacks is left out or said in its words. */

const order: Readonly<Record<string, readonly string[]>> = {
  Authorize: ['idTag'],
  BootNotification: ['chargePointVendor', 'chargePointModel', 'chargePointSerialNumber', 'firmwareVersion', 'meterType'],
  DataTransfer: ['vendorId', 'messageId', 'data'],
  DiagnosticsStatusNotification: ['status'],
  FirmwareStatusNotification: ['status'],
  Heartbeat: [],
  MeterValues: ['connectorId', 'transactionId', 'meterValue'],
  StartTransaction: ['connectorId', 'idTag', 'timestamp', 'meterStart', 'reservationId'],
  StatusNotification: ['connectorId', 'status', 'errorCode', 'info', 'timestamp', 'vendorId', 'vendorErrorCode'],
  StopTransaction: ['transactionId', 'idTag', 'timestamp', 'meterStop', 'transactionData'],
};

const statuses15 = new Set(['Available', 'Faulted', 'Unavailable', 'Reserved']);
const errors15: Readonly<Record<string, string>> = {
  EVCommunicationError: 'Mode3Error',
  InternalError: 'OtherError',
  LocalListConflict: 'OtherError',
  OverVoltage: 'OtherError',
};
const units15: Readonly<Record<string, string>> = { A: 'Amp', V: 'Volt' };
const measurands15 = /^(Energy\.|Power\.(Active|Reactive)|Current\.(Import|Export)$|Voltage$|Temperature$)/;

/** Whether the station can say this at all in OCPP 1.5. */
export const isIn15 = (action: string): boolean => Object.hasOwn(order, action);

const escaped = (value: unknown) => String(value).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const element = (name: string, value: unknown) => `<c:${name}>${escaped(value)}</c:${name}>`;
const listOf = (value: unknown): Payload[] => (Array.isArray(value) ? value.map(asPayload) : []);

/** The members of a request. */
export function requestMembers(action: string, payload: Payload): string {
  let written = '';
  for (const name of order[action] ?? []) {
    const value = payload[name];
    if (value === undefined) continue;
    if (name === 'meterValue') written += readings(value);
    else if (name === 'transactionData') written += `<c:transactionData>${readings(value)}</c:transactionData>`;
    else if (name === 'status' && action === 'StatusNotification')
      written += element(name, statuses15.has(String(value)) ? value : 'Occupied');
    else if (name === 'errorCode') written += element(name, errors15[String(value)] ?? value);
    else written += element(name, value);
  }
  return written;
}

function readings(meterValues: unknown): string {
  return listOf(meterValues)
    .map(({ timestamp, sampledValue }) => {
      const values = listOf(sampledValue).filter(
        ({ measurand, phase }) => phase === undefined && measurands15.test(String(measurand ?? 'Energy.')),
      );
      const written = values.map(({ value, ...rest }) => {
        const attributes = Object.entries(rest).map(([name, word]) => ` ${name}="${escaped(units15[String(word)] ?? word)}"`);
        return `<c:value${attributes.join('')}>${escaped(value)}</c:value>`;
      });
      return written.length === 0 ? '' : `<c:values>${element('timestamp', timestamp)}${written.join('')}</c:values>`;
    })
    .join('');
}

/** The members of an answer to a call of the central system. */
export function answerMembers(action: string, answer: Payload): string {
  const status = action === 'UnlockConnector' ? (answer.status === 'Unlocked' ? 'Accepted' : 'Rejected') : answer.status;
  if (action === 'GetConfiguration') {
    const keys = listOf(answer.configurationKey).map(({ key, readonly, value }) => {
      const given = value === undefined ? '' : element('value', value);
      return `<c:configurationKey>${element('key', key)}${element('readonly', readonly)}${given}</c:configurationKey>`;
    });
    const unknown = Array.isArray(answer.unknownKey) ? answer.unknownKey : [];
    return keys.join('') + unknown.map((key) => element('unknownKey', key)).join('');
  }
  if (status !== undefined) return element('status', status === 'RebootRequired' ? 'Accepted' : status);
  return Object.entries(answer)
    .map(([name, value]) => element(name, value))
    .join('');
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const plain = (text: string) =>
  text
    .trim()
    .replace(/&(?:#(\d+)|(\w+));/g, (_all, code, name) =>
      code === undefined ? (entities[name] ?? '') : String.fromCodePoint(Number(code)),
    );

/** Text of the first element of a name, whatever its prefix. */
export function textOf(xml: string, name: string): string | undefined {
  const found = new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^>]*)?>([^<]*)<`, 'i').exec(xml)?.[1];
  return found === undefined ? undefined : plain(found);
}

/** What stands in the body: the message's name, and its simple members; a name that stands there twice is a list. */
export function readMembers(xml: string): Readonly<{ name: string; members: Record<string, unknown> }> {
  const body = /<(?:[\w.-]+:)?Body[^>]*>([\s\S]*)<\/(?:[\w.-]+:)?Body>/.exec(xml)?.[1] ?? '';
  const name = /^\s*<(?:[\w.-]+:)?([\w.-]+)/.exec(body)?.[1] ?? '';
  const members: Record<string, unknown> = {};
  for (const [, member = '', text = ''] of body.matchAll(/<(?:[\w.-]+:)?([\w.-]+)[^<>]*>([^<]+)<\//g)) {
    const value = numeric.has(member) ? Number(plain(text)) : plain(text);
    members[member] = member === 'key' && name === 'getConfigurationRequest' ? [...keysOf(members), value] : value;
  }
  return { name, members };
}

const numeric = new Set(['connectorId', 'transactionId', 'reservationId', 'listVersion', 'retries', 'retryInterval', 'interval']);
const keysOf = (members: Readonly<Record<string, unknown>>): unknown[] => (Array.isArray(members.key) ? members.key : []);

/** An answer of the central system as a 1.6 station reads it. */
export function answerOf(xml: string): Payload {
  const { members } = readMembers(xml.replace(/heartbeatInterval/g, 'interval'));
  const { status, expiryDate, parentIdTag, ...rest } = members;
  const isTag = /<(?:[\w.-]+:)?idTagInfo/.test(xml);
  if (isTag)
    return {
      ...rest,
      idTagInfo: { status, ...(expiryDate !== undefined && { expiryDate }), ...(parentIdTag !== undefined && { parentIdTag }) },
    };
  return members;
}
