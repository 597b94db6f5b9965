import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Incoming } from '../action.ts';
import { CallError } from '../errors.ts';
import { repair } from '../repair.ts';
import { PREFIX, readEnvelope, readFault, writeEnvelope, writeFault } from './envelope.ts';
import { readPayload, writePayload } from './payload.ts';
import { elementOf, ocpp15, ocpp16, type SoapOcpp, serviceAt, versionOf } from './versions.ts';
import { parseXml } from './xml.ts';

const bytes = (text: string) => Buffer.from(text);
const actionOf = (version: SoapOcpp, name: string): Incoming => {
  const prepared = version.dispatcher.incoming.get(name);
  if (!prepared) throw new Error(`no ${name}`);
  return prepared.action;
};

/** What a message says, mended as a real one is. */
function understood(version: SoapOcpp, name: string, text: string) {
  const { body } = readEnvelope(bytes(text));
  const { request } = actionOf(version, name);
  const { value, flaws } = repair(request, readPayload(request, body));
  return { value, flaws: flaws.map(({ kind }) => kind) };
}

const wrapped = (body: string) => `<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body>${body}</Body></Envelope>`;
const start = { connectorId: 1, idTag: '04A1B2C3', timestamp: '2026-11-22T10:00:00Z', meterStart: 1200 };

const forms: Record<string, string> = {
  'gSOAP with its prefixes': `<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ns1="urn://Ocpp/Cs/2012/06/" xmlns:wsa5="http://www.w3.org/2005/08/addressing"><SOAP-ENV:Header><ns1:chargeBoxIdentity SOAP-ENV:mustUnderstand="true">CP</ns1:chargeBoxIdentity><wsa5:From><wsa5:Address>http://10.0.0.9:8081/</wsa5:Address></wsa5:From></SOAP-ENV:Header><SOAP-ENV:Body><ns1:startTransactionRequest><ns1:connectorId>1</ns1:connectorId><ns1:idTag>04A1B2C3</ns1:idTag><ns1:timestamp>2026-11-22T10:00:00Z</ns1:timestamp><ns1:meterStart>1200</ns1:meterStart></ns1:startTransactionRequest></SOAP-ENV:Body></SOAP-ENV:Envelope>`,
  'default namespaces all over, attributes on every element': wrapped(
    '<startTransactionRequest xmlns="urn://Ocpp/Cs/2012/06/"><connectorId xmlns="urn://Ocpp/Cs/2012/06/" id="a">1</connectorId><idTag>04A1B2C3</idTag><timestamp>2026-11-22T10:00:00Z</timestamp><meterStart>1200</meterStart></startTransactionRequest>',
  ),
  'a byte order mark, comments, CDATA, white space and another order': `\ufeff${wrapped(
    '<c:startTransactionRequest xmlns:c="urn://Ocpp/Cs/2012/06/"><!-- here -->\n  <c:meterStart>\n 1200 </c:meterStart>\r\n<c:timestamp> 2026-11-22T10:00:00Z</c:timestamp><c:idTag><![CDATA[04A1B2C3]]></c:idTag><c:connectorId>+1</c:connectorId></c:startTransactionRequest>',
  )}`,
};

test.each(Object.entries(forms))('one message, many forms: %s', (_name, text) => {
  expect(understood(ocpp15, 'StartTransaction', text)).toEqual({ value: start, flaws: [] });
});

test('times in other zones and without one, empty and nil elements, numbers and truths as XML writes them', () => {
  const status = (members: string) =>
    understood(
      ocpp16,
      'StatusNotification',
      wrapped(
        `<statusNotificationRequest xmlns:i="http://www.w3.org/2001/XMLSchema-instance">${members}</statusNotificationRequest>`,
      ),
    );
  const base = '<connectorId>1</connectorId><status>Available</status><errorCode>NoError</errorCode>';
  expect(status(`${base}<timestamp>2026-11-22T11:00:00+01:00</timestamp>`)).toMatchObject({
    value: { timestamp: '2026-11-22T11:00:00+01:00' },
    flaws: [],
  });
  expect(status(`${base}<timestamp>2026-11-22T11:00:00</timestamp>`)).toMatchObject({
    value: { timestamp: '2026-11-22T11:00:00.0Z' },
    flaws: ['timeWithoutZone'],
  });
  expect(status(`${base}<info/><vendorId i:nil="1"/>`)).toMatchObject({
    value: { connectorId: 1, info: '' },
    flaws: ['nullMember'],
  });
  expect(status(`${base}<timestamp/>`).flaws).toEqual(['timeUnusable']);
  expect(status(`${base}${base}`).flaws).toEqual(['unknownMember', 'unknownMember', 'unknownMember']);
  const { request } = actionOf(ocpp16, 'StartTransaction');
  expect(readPayload(request, parseXml('<m><connectorId>007</connectorId><idTag>007</idTag></m>'))).toEqual({
    connectorId: 7,
    idTag: '007',
  });
});

test('meter values: attributes in 1.5, elements in 1.6, the same readings', () => {
  const old = understood(
    ocpp15,
    'MeterValues',
    wrapped(
      '<meterValuesRequest><connectorId>1</connectorId><values><timestamp>2026-11-22T10:00:00Z</timestamp><value unit="Amp" measurand="Current.Import">16.5</value><value> 7 </value></values></meterValuesRequest>',
    ),
  );
  expect(old).toEqual({
    value: {
      connectorId: 1,
      values: [
        {
          timestamp: '2026-11-22T10:00:00Z',
          value: [{ unit: 'Amp', measurand: 'Current.Import', value: '16.5' }, { value: '7' }],
        },
      ],
    },
    flaws: [],
  });
  const late = understood(
    ocpp16,
    'MeterValues',
    wrapped(
      '<meterValuesRequest><connectorId>1</connectorId><meterValue><timestamp>2026-11-22T10:00:00Z</timestamp><sampledValue><value>16.5</value><measurand>Current.Import</measurand><phase>L1</phase><unit>A</unit></sampledValue></meterValue></meterValuesRequest>',
    ),
  );
  expect(late.value).toEqual({
    connectorId: 1,
    meterValue: [
      {
        timestamp: '2026-11-22T10:00:00Z',
        sampledValue: [{ value: '16.5', measurand: 'Current.Import', phase: 'L1', unit: 'A' }],
      },
    ],
  });
  expect(late.flaws).toEqual([]);
});

test('members are written in the order of the service description, whatever order they were given in', () => {
  const names = (version: SoapOcpp, kind: Parameters<typeof version.dispatcher.outgoing.get>[0], payload: object) => {
    const prepared = version.dispatcher.outgoing.get(kind);
    return prepared && [...writePayload(prepared.action.request, payload, PREFIX).matchAll(/<ns:(\w+)/g)].map(([, name]) => name);
  };
  expect(names(ocpp16, 'remoteStart', { idTag: 'A', connectorId: 1 })).toEqual(['connectorId', 'idTag']);
  expect(names(ocpp15, 'remoteStart', { connectorId: 1, idTag: 'A' })).toEqual(['idTag', 'connectorId']);
  const entries = [{ idTag: 'A', idTagInfo: { status: 'Accepted' } }];
  expect(names(ocpp16, 'sendLocalList', { updateType: 'Full', localAuthorizationList: entries, listVersion: 1 })).toEqual([
    'listVersion',
    'localAuthorizationList',
    'idTag',
    'idTagInfo',
    'status',
    'updateType',
  ]);
  expect(
    names(ocpp15, 'sendLocalList', { listVersion: 1, updateType: 'Full', localAuthorisationList: entries })?.slice(0, 3),
  ).toEqual(['updateType', 'listVersion', 'localAuthorisationList']);
  expect(names(ocpp16, 'updateFirmware', { location: 'ftp://a/b', retrieveDate: 'x', retries: 1 })).toEqual([
    'retrieveDate',
    'location',
    'retries',
  ]);
  expect(names(ocpp16, 'getDiagnostics', { retries: 1, location: 'ftp://a/b', stopTime: 'x', startTime: 'y' })).toEqual([
    'location',
    'startTime',
    'stopTime',
    'retries',
  ]);
});

test('whatever text a payload has comes back as it was, as far as XML can write it', () => {
  const prepared = ocpp16.dispatcher.outgoing.get('dataTransfer');
  if (!prepared) throw new Error('no DataTransfer');
  const { request } = prepared.action;
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (data) => {
      const written = writeEnvelope(
        '1.2',
        ocpp16.station,
        { action: '/DataTransfer' },
        'dataTransferRequest',
        writePayload(request, { vendorId: 'V', data }, PREFIX),
      );
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML cannot write
      const kept = data.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, '');
      expect(readPayload(request, readEnvelope(bytes(written)).body)).toEqual({ vendorId: 'V', data: kept });
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('headers are found in any letter case, namespace and form; addresses that are none are null', () => {
  const headers = (inner: string) =>
    readEnvelope(
      bytes(
        `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:w="urn:w"><e:Header>${inner}</e:Header><e:Body><a/></e:Body></e:Envelope>`,
      ),
    );
  expect(
    headers('<CHARGEBOXIDENTITY xmlns="x"> CP 1 </CHARGEBOXIDENTITY><w:From><w:Address>http://a/</w:Address></w:From>'),
  ).toMatchObject({ soap: '1.1', chargeBoxId: 'CP 1', from: 'http://a/', action: null, messageId: null, replyTo: null });
  expect(headers('<w:from>http://b/</w:from><w:ReplyTo/>')).toMatchObject({
    chargeBoxId: null,
    from: 'http://b/',
    replyTo: null,
  });
});

test('faults are written for both versions of SOAP and read whatever wrote them', () => {
  const fault = { code: 'Sender', subcode: 'IdentityMismatch', reason: 'not <me>' } as const;
  for (const soap of ['1.2', '1.1'] as const)
    expect(readFault(readEnvelope(bytes(writeFault(soap, ocpp15.station, fault, null))).body)).toEqual(fault);
  const axis =
    '<soapenv:Fault xmlns:soapenv="http://www.w3.org/2003/05/soap-envelope"><soapenv:Code><soapenv:Value>soapenv:Receiver</soapenv:Value><soapenv:Subcode><soapenv:Value xmlns:o="urn://Ocpp/2012/02/">o:NotSupported</soapenv:Value></soapenv:Subcode></soapenv:Code><soapenv:Reason><soapenv:Text>no</soapenv:Text></soapenv:Reason></soapenv:Fault>';
  expect(readFault(parseXml(axis))).toEqual({ code: 'Receiver', subcode: 'NotSupported', reason: 'no' });
});

const status = (info: string) =>
  `<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><statusNotificationRequest xmlns="urn://Ocpp/Cs/2012/06/"><connectorId>1</connectorId>` +
  `<status>Available</status><errorCode>NoError</errorCode>${info}</statusNotificationRequest></Body></Envelope>`;

const flawed: Record<string, [message: string | Buffer, info: string, isMended: boolean]> = {
  'a line before the declaration': [`\r\n<?xml version="1.0"?>${status('<info>A</info>')}`, 'A', false],
  'zeros behind it, as a text in C ends': [`${status('<info>A</info>')}\r\n\0\0`, 'A', false],
  'letters as old machines write them': [Buffer.from(status('<info>Bjørn</info>'), 'latin1'), 'Bjørn', true],
  'and says so': [
    Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${status('<info>Bjørn</info>')}`, 'latin1'),
    'Bjørn',
    true,
  ],
  'says so, and writes UTF-8': [`<?xml version="1.0" encoding="iso-8859-1"?>${status('<info>Bjørn</info>')}`, 'Bjørn', true],
  'ampersands as they are': [status('<info>A & B &amp; &#38;<![CDATA[ & ]]></info>'), 'A & B & & &', true],
  'control characters, and references to them': [status('<info>A\u0001&#1;&#x1F;&#xFFFF;B&#x42;</info>'), 'ABB', true],
  'a prefix that nobody declared': [status('<x:info>A</x:info><vendorId xsi:nil="true"/>'), 'A', true],
};
test.each(Object.entries(flawed))('FIELD 12: a message with %s is no lost message', (_name, [message, info, isMended]) => {
  const envelope = readEnvelope(Buffer.from(message as string));
  expect(envelope.isMended).toBe(isMended);
  const { request } = actionOf(ocpp15, 'StatusNotification');
  const { value } = repair(request, readPayload(request, envelope.body));
  expect(value).toMatchObject({ connectorId: 1, status: 'Available', info });
});

test('R20: what is mended is mended in a moment, whatever it is made of', () => {
  for (const part of ['&', '<![CDATA[', '&#1;', '\u0001', '<a:b', ' \0 ', '&x', '<!', ']]>']) {
    const before = performance.now();
    expect(() => readEnvelope(bytes(`<a>${part.repeat(250_000 / part.length)}`))).toThrow(CallError);
    expect(performance.now() - before, part).toBeLessThan(500);
  }
});

const hostile: Record<string, string | Buffer> = {
  'a document type': `<!DOCTYPE a [<!ENTITY l "lol">]>${wrapped('<a>&l;</a>')}`,
  'a document type in small letters, late': wrapped('<a><!doctype a></a>'),
  'an entity': wrapped('<a>&unknown;</a>'),
  'UTF-16': Buffer.from(`\ufeff${wrapped('<a/>')}`, 'utf16le'),
  'UTF-7 by its own words': `<?xml version="1.0" encoding="UTF-7"?>${wrapped('<a/>')}`,
  'bytes that are no UTF-8': Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0xfe]),
  'depth without end': '<a>'.repeat(20_000),
  'no XML': 'GET / HTTP/1.1',
  nothing: '',
  'another root': '<html><body/></html>',
  'an empty body': wrapped(''),
};
test.each(Object.entries(hostile))('A11: %s is refused at once', (_name, text) => {
  const before = performance.now();
  expect(() => readEnvelope(Buffer.from(text as string))).toThrow(CallError);
  expect(performance.now() - before).toBeLessThan(200);
});

test('members named like those of every object are strangers like any other', () => {
  const { request } = actionOf(ocpp16, 'Authorize');
  const read = readPayload(request, parseXml('<m><__proto__>x</__proto__><constructor>y</constructor><idTag>A</idTag></m>'));
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  expect(repair(request, read).value).toEqual({ idTag: 'A' });
});

test('a path names a service in any letter case, with slashes too many; a namespace its version, even without its last slash', () => {
  for (const path of ['/Ocpp/CentralSystemService15', '/ocpp/centralsystemservice15/', '//OCPP//CentralSystemService15?wsdl'])
    expect(serviceAt(path)).toBe(ocpp15);
  // Behind a proxy's address, with the identity, and as other central systems have it.
  for (const path of [
    'http://host:8080/Ocpp/CentralSystemService15',
    '/Ocpp/CentralSystemService15/CB-1',
    '/x/services/CentralSystemService15',
  ])
    expect(serviceAt(path)).toBe(ocpp15);
  expect(serviceAt('/x/services/CentralSystemService')).toBe(ocpp16);
  for (const path of ['/Ocpp/CentralSystemService17', '/Ocpp', '/', '/Ocpp/CentralSystemService15/X/Y', '/Ocpp/websocket/CB-1'])
    expect(serviceAt(path)).toBeNull();
  expect(versionOf('urn://Ocpp/Cs/2015/10')).toBe(ocpp16);
  expect(versionOf('urn://Ocpp/Cp/2012/06/')).toBe(ocpp15);
  expect(versionOf('urn://Ocpp/Cs/2010/08/')).toBeNull();
  expect(elementOf('BootNotification', 'Request')).toBe('bootNotificationRequest');
});
