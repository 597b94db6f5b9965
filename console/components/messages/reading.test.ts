import { expect, test } from 'vitest';
import { linesOf, prettyText, shortReading, visible } from './reading.ts';

const call = (action: string, payload: unknown) => ({
  action,
  kind: 'call' as const,
  excerpt: JSON.stringify([2, '17', action, payload]),
});

test('a message is read in a line: what speaks for itself without its name', () => {
  const status = { connectorId: 1, status: 'Charging', errorCode: 'NoError', timestamp: '2026-11-22T18:30:01Z' };
  expect(shortReading(call('StatusNotification', status), 'en')).toBe('1 · Charging');
  expect(shortReading(call('DataTransfer', { vendorId: 'acme.lb', messageId: 'limit' }), 'en')).toBe(
    'vendorId acme.lb · messageId limit',
  );
  expect(shortReading(call('Heartbeat', {}), 'en')).toBe('');
});

test('meter values are read with power and energy, also when the excerpt ends within them', () => {
  const sampledValue = [
    { value: '14220', unit: 'Wh' },
    { value: '11.02', measurand: 'Power.Active.Import', unit: 'kW' },
  ];
  const message = call('MeterValues', { connectorId: 2, meterValue: [{ timestamp: '2026-11-22T18:30:01Z', sampledValue }] });
  expect(shortReading(message, 'en')).toBe('2 · 11.0\u00a0kW · 14.22\u00a0kWh');
  expect(shortReading({ ...message, excerpt: message.excerpt.slice(0, 145) }, 'en')).toBe('2 · 14.22\u00a0kWh');
});

test('meter values over SOAP are read too, in the forms of 1.5 and 1.6', () => {
  const body = (inner: string) =>
    `<s:Body><c:meterValuesRequest><c:connectorId>2</c:connectorId>${inner}</c:meterValuesRequest></s:Body>`;
  const read = (inner: string) => shortReading({ action: 'MeterValues', kind: 'call', excerpt: body(inner) }, 'en');
  const old = '<c:values><c:timestamp>2026-11-22T18:30:01Z</c:timestamp><c:value unit="Wh">14220</c:value></c:values>';
  expect(read(old)).toBe('2 · 14.22\u00a0kWh');
  const sample =
    '<c:sampledValue><c:value>11</c:value><c:measurand>Power.Active.Import</c:measurand><c:unit>kW</c:unit></c:sampledValue>';
  expect(read(`<c:meterValue>${sample}</c:meterValue>`)).toBe('2 · 11.0\u00a0kW');
});

test('quotes in a text are read as quotes', () => {
  expect(shortReading(call('DataTransfer', { vendorId: 'acme.lb', data: '{"limit":16}' }), 'en')).toBe(
    'vendorId acme.lb · data {"limit":16}',
  );
});

test('an error is read as its code and words', () => {
  const excerpt = '[4,"17","NotImplemented","no such action",{}]';
  expect(shortReading({ action: 'Reset', kind: 'error', excerpt }, 'en')).toBe('NotImplemented · no such action');
});

test('XML is indented, and its body read', () => {
  const text =
    '<s:Envelope><s:Header/><s:Body><bootNotificationResponse><status>Accepted</status></bootNotificationResponse></s:Body></s:Envelope>';
  expect(prettyText(text).split('\n')).toEqual([
    '<s:Envelope>',
    '  <s:Header/>',
    '  <s:Body>',
    '    <bootNotificationResponse>',
    '      <status>Accepted</status>',
    '    </bootNotificationResponse>',
    '  </s:Body>',
    '</s:Envelope>',
  ]);
  expect(shortReading({ action: 'BootNotification', kind: 'result', excerpt: text }, 'en')).toBe('Accepted');
});

test('what is no JSON stays as it came; lines add up to the text', () => {
  expect(prettyText('[2,"17","Heart')).toBe('[2,"17","Heart');
  const pretty = prettyText('[2,"17","Authorize",{"idTag":"04"}]');
  const lines = linesOf(pretty);
  expect(lines.map(({ pieces }) => pieces.map(({ text }) => text).join('')).join('\n')).toBe(pretty);
  expect(lines.map(({ indent }) => indent)).toEqual([0, 2, 2, 2, 2, 4, 2, 0]);
  expect(lines.flatMap(({ pieces }) => pieces).filter(({ isName }) => isName)).toEqual([{ text: '"idTag"', isName: true }]);
});

test('JSON and XML that were cut are indented as far as they go, and lose nothing', () => {
  const whole = '[2,"17","StopTransaction",{"a":[],"b":{"c":[1,{"d":"x, y"}]},"e":"f"}]';
  const pretty = JSON.stringify(JSON.parse(whole), null, 2);
  for (let end = 1; end <= whole.length; end++) {
    const cut = prettyText(whole.slice(0, end), true);
    expect(cut.replaceAll(/\s/g, '')).toBe(whole.slice(0, end).replaceAll(/\s/g, ''));
    if (end > 40 && whole[end - 1] === '"') expect(pretty.startsWith(cut)).toBe(true);
  }
  expect(prettyText('<a><b>1</b><val')).toBe('<a>\n  <b>1</b>\n  <val');
  expect(prettyText('<a><b><![CDATA[x<y]]></b></a>')).toBe('<a>\n  <b><![CDATA[x<y]]></b>\n</a>');
});

test('what is no message is read as it came, and nothing in a text can hide', () => {
  const other = (excerpt: string) => shortReading({ action: '', kind: 'other', excerpt }, 'en');
  expect(other('{ this is nothing')).toBe('{ this is nothing');
  expect(other('\u0000a\u202eb\u001b[31m')).toBe('\\u0000a\\u202eb\\u001b[31m');
  expect(visible('a\nb\tæ')).toBe('a\nb\tæ');
  expect(prettyText('["\u202e"]')).toBe('[\n  "\\u202e"\n]');
  expect(shortReading(call('DataTransfer', { vendorId: 'a\u202eb' }), 'en')).toBe('vendorId a\\u202eb');
});
