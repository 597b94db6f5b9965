import { deflateSync, gzipSync } from 'node:zlib';
import { createClientAsync } from 'soap';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { soapFuzz } from '../faults/soap-fuzz.ts';
import type { StationRequest } from '../shared/model/command.ts';
import { simulateStation } from '../simulator/station.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { boot15, type Called, post, rawPost, soapAt, soapMessage, stationAnswer, stationService } from './support/soap.ts';
import { basic, handshakeStatus, rowsOf, siteOf } from './support/stations.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await startDaemon({
    provision: {
      sites: siteOf(
        { id: 'LOCKED', password: 'a-good-key-16-long' },
        ...['OLD1', 'OLD2', 'NEW6', 'DEAF', 'FORMS', 'KIT', 'JSON1', 'NETS', 'SIM15'].map((id) => ({ id })),
      ),
    },
    flags: ['--soap-call-networks', '127.0.0.0/8'],
  });
});
afterAll(() => daemon.stop());

const stationId = (name: string) => String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', name)[0]?.publicId);
const live = (name: string) => daemon.api('stations.get', { stationId: stationId(name) }) as Promise<Record<string, unknown>>;
const send = (chargeBoxId: string, operation: string, members = '', more: { from?: string; version?: '15' | '16' } = {}) =>
  post(soapAt(daemon.addresses, more.version), soapMessage({ chargeBoxId, operation, members, ...more }));

test('a station of OCPP 1.5 boots, reports, charges and stops over SOAP; the session is the same as any', async () => {
  const booted = await send('OLD1', 'bootNotification', boot15);
  expect(booted.text).toContain('<wsa:Action>/BootNotificationResponse</wsa:Action><wsa:RelatesTo>urn:uuid:1</wsa:RelatesTo>');
  expect([booted.status, booted.headers.get('content-type')]).toEqual([200, 'application/soap+xml; charset=utf-8']);
  expect([booted.value('status'), booted.value('currentTime'), Number(booted.value('heartbeatInterval')) > 0]).toEqual([
    'Accepted',
    expect.stringMatching(/^\d{4}-.*Z$/),
    true,
  ]);
  expect(await live('OLD1')).toMatchObject({ online: true, protocol: 'OCPP 1.5S', vendor: 'Old Maker', deviations: 0 });

  expect((await send('OLD1', 'heartbeat')).value('currentTime')).toMatch(/Z$/);
  const status = '<cs:connectorId>1</cs:connectorId><cs:status>Occupied</cs:status><cs:errorCode>Mode3Error</cs:errorCode>';
  expect((await send('OLD1', 'statusNotification', status)).status).toBe(200);
  expect(await live('OLD1')).toMatchObject({ outlets: [{ status: 'Occupied', errorCode: 'EVCommunicationError' }, {}] });

  const started = await send(
    'OLD1',
    'startTransaction',
    '<cs:connectorId>1</cs:connectorId><cs:idTag>04A1B2C3</cs:idTag><cs:timestamp>2026-11-22T10:00:00Z</cs:timestamp><cs:meterStart>1000</cs:meterStart>',
  );
  const transactionId = Number(started.value('transactionId'));
  expect([started.value('status'), transactionId > 0]).toEqual(['Accepted', true]);
  const values =
    `<cs:connectorId>1</cs:connectorId><cs:transactionId>${transactionId}</cs:transactionId><cs:values>` +
    '<cs:timestamp>2026-11-22T10:10:00Z</cs:timestamp><cs:value unit="kWh" measurand="Energy.Active.Import.Register">2.5</cs:value>' +
    '<cs:value unit="Amp" measurand="Current.Import" context="Sample.Periodic" format="Raw" location="Outlet">16</cs:value></cs:values>';
  expect((await send('OLD1', 'meterValues', values)).status).toBe(200);
  const stopped = await send(
    'OLD1',
    'stopTransaction',
    `<cs:transactionId>${transactionId}</cs:transactionId><cs:idTag>04A1B2C3</cs:idTag><cs:timestamp>2026-11-22T11:00:00Z</cs:timestamp>` +
      '<cs:meterStop>8000</cs:meterStop><cs:transactionData><cs:values><cs:timestamp>2026-11-22T10:30:00Z</cs:timestamp>' +
      '<cs:value>5000</cs:value></cs:values></cs:transactionData>',
  );
  expect([stopped.status, stopped.value('status')]).toEqual([200, 'Accepted']);
  const [session] = rowsOf(daemon, 'SELECT energyWh, meterStopWh FROM sessions WHERE id = ?', transactionId);
  expect(session).toEqual({ energyWh: 7000, meterStopWh: 8000 });
  const samples = rowsOf(daemon, 'SELECT * FROM samples WHERE sessionId = ?', transactionId);
  expect(samples.length).toBeGreaterThanOrEqual(2);
});

type Command = Readonly<{ id: string; state: string; answer: string | null; detail: unknown }>;

/** Sends a command and waits for its end. */
async function command(name: string, request: StationRequest): Promise<Command> {
  const sent = (await daemon.api('stations.send', { stationId: stationId(name), request })) as Command;
  return vi.waitFor(
    async () => {
      const now = (await daemon.api('stations.command', { stationId: stationId(name), commandId: sent.id })) as Command;
      if (now.state === 'queued' || now.state === 'sent') throw new Error(now.state);
      return now;
    },
    { timeout: 10_000 },
  );
}

const operationOf = ({ text }: Called) => /<ns:(\w+)Request>/.exec(text)?.[1] ?? '';

test('FIELD 20: a station is commanded where it says that it listens, or where an operator says; without either it is refused plainly', async () => {
  await using service = await stationService((call) => ({
    body: stationAnswer(operationOf(call), '<r:status>Accepted</r:status>'),
  }));
  await send('DEAF', 'bootNotification', boot15);
  expect(await live('DEAF')).toMatchObject({ online: true, canBeCommanded: false, callBackSeen: null });
  await expect(command('DEAF', { kind: 'clearCache' })).rejects.toMatchObject({ error: { code: 'stationNotCallable' } });
  const { version } = (await daemon.api('tree.node', { nodeId: stationId('DEAF') })) as { version: number };
  await daemon.api('stations.update', { stationId: stationId('DEAF'), version, callBackOverride: service.url });
  expect(await command('DEAF', { kind: 'clearCache' })).toMatchObject({ state: 'accepted', answer: 'Accepted' });

  await send('OLD2', 'bootNotification', boot15, { from: service.url });
  expect(await live('OLD2')).toMatchObject({ canBeCommanded: true, callBackSeen: service.url });
  expect(await command('OLD2', { kind: 'unlock', connectorId: 1 })).toMatchObject({ state: 'accepted', answer: 'Accepted' });
  const call = service.calls.find((each) => operationOf(each) === 'unlockConnector');
  expect(call?.path).toBe('/station');
  expect(call?.headers['content-type']).toBe('application/soap+xml; charset=utf-8; action="/UnlockConnector"');
  expect(call?.text).toContain('<ns:chargeBoxIdentity>OLD2</ns:chargeBoxIdentity><wsa:Action>/UnlockConnector</wsa:Action>');
  expect(call?.text).toMatch(/<wsa:MessageID>urn:uuid:[0-9a-f-]{36}<\/wsa:MessageID>/);
  expect(call?.text).toContain(`<wsa:From><wsa:Address>${daemon.addresses.ocpp15}</wsa:Address></wsa:From>`);
  expect(call?.text).toContain(`<wsa:To>${service.url}</wsa:To>`);
  expect(call?.text).toContain('xmlns:ns="urn://Ocpp/Cp/2012/06/"');
  await expect(command('OLD2', { kind: 'trigger', message: 'Heartbeat' })).rejects.toMatchObject({
    error: { code: 'notSupportedByStation' },
  });
});

test('whatever comes back from a station becomes a state of the command: faults, pages of proxies, redirects, silence, packed answers', async () => {
  let answer: Parameters<typeof stationService>[0] = () => ({ body: '' });
  await using service = await stationService((call) => answer(call));
  const boot = (from: string) => send('OLD2', 'bootNotification', boot15, { from });
  await boot(service.url);
  const fault = (subcode: string) =>
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>o:' +
    `${subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text>sorry</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>`;
  answer = () => ({
    status: 500,
    body: fault('NotSupported').replace('<s:Envelope ', '<s:Envelope xmlns:o="urn://Ocpp/2012/02/" '),
  });
  expect(await command('OLD2', { kind: 'clearCache' })).toMatchObject({
    state: 'failed',
    answer: 'NotSupported',
    detail: { description: 'sorry' },
  });
  answer = () => ({ body: '<html><h1>Sign in</h1></html>', headers: { 'content-type': 'text/html' } });
  expect(await command('OLD2', { kind: 'clearCache' })).toMatchObject({ state: 'failed', answer: 'OtherAnswer' });
  answer = () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' });
  expect(await command('OLD2', { kind: 'clearCache' })).toMatchObject({
    state: 'failed',
    answer: 'OtherAnswer',
    detail: { status: 302 },
  });
  answer = () => ({ status: 500, body: stationAnswer('clearCache', '<r:status>Rejected</r:status>') });
  expect(await command('OLD2', { kind: 'clearCache' })).toMatchObject({ state: 'rejected', answer: 'Rejected' });
  answer = () => ({
    headers: { 'content-encoding': 'gzip' },
    body: gzipSync(stationAnswer('clearCache', '<r:status>accepted</r:status>')),
  });
  expect(await command('OLD2', { kind: 'clearCache' })).toMatchObject({ state: 'accepted' });
  answer = () => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(50_000_000)) });
  expect(await command('OLD2', { kind: 'clearCache' })).toMatchObject({ state: 'failed', answer: 'OtherAnswer' });
  answer = () => ({ body: 'x'.repeat(1_000_000) });
  expect(await command('OLD2', { kind: 'clearCache' })).toMatchObject({ state: 'failed', answer: 'OtherAnswer' });
  await boot('http://127.0.0.1:1/gone');
  expect(await command('OLD2', { kind: 'clearCache' })).toMatchObject({
    state: 'failed',
    answer: 'NotReached',
    detail: { description: 'ECONNREFUSED' },
  });
  // Outside the networks that may be called, whatever the station says.
  await boot('http://192.0.2.1/inside');
  expect(await live('OLD2')).toMatchObject({ online: true, canBeCommanded: false });
  await expect(command('OLD2', { kind: 'clearCache' })).rejects.toMatchObject({ error: { code: 'stationNotCallable' } });
  for (const odd of [
    'ftp://127.0.0.1/',
    'http://me:secret@127.0.0.1/',
    'http://www.w3.org/2005/08/addressing/anonymous',
    'nowhere',
  ])
    await boot(odd);
  expect(await live('OLD2')).toMatchObject({ callBackSeen: 'http://192.0.2.1/inside' });
});

test('A10: a forged identity, another transport, another network and a missing password open nothing', async () => {
  const stranger = await send('NOBODY', 'heartbeat');
  expect([stranger.status, stranger.text]).toEqual([400, expect.stringContaining('ns:IdentityMismatch')]);
  expect(await daemon.api('stations.seen')).toContainEqual(
    expect.objectContaining({ chargeBoxId: 'NOBODY', protocol: 'OCPP 1.5S' }),
  );

  const bare = await send('LOCKED', 'bootNotification', boot15);
  expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="OCPP"']);
  const message = soapMessage({ chargeBoxId: 'LOCKED', operation: 'bootNotification', members: boot15 });
  const url = soapAt(daemon.addresses);
  expect((await post(url, message, { authorization: basic('LOCKED', 'a wrong key') })).status).toBe(401);
  expect((await post(url, message, { authorization: basic('OLD1', 'a-good-key-16-long') })).status).toBe(401);
  expect((await post(url, message, { authorization: basic('LOCKED', 'a-good-key-16-long') })).value('status')).toBe('Accepted');

  // The first accepted contact binds: to JSON here, to SOAP there.
  expect(await handshakeStatus(daemon.addresses.ocpp16, 'JSON1')).toBe(101);
  expect((await send('JSON1', 'bootNotification', boot15)).status).toBe(403);
  expect(await handshakeStatus(daemon.addresses.ocpp16, 'LOCKED', { password: 'a-good-key-16-long' })).toBe(403);
  const versionOf = async (name: string) =>
    ((await daemon.api('tree.node', { nodeId: stationId(name) })) as { version: number }).version;
  await daemon.api('stations.update', {
    stationId: stationId('JSON1'),
    version: await versionOf('JSON1'),
    releaseTransport: true,
  });
  expect((await send('JSON1', 'bootNotification', boot15)).value('status')).toBe('Accepted');
  expect(await live('JSON1')).toMatchObject({ transport: 'soap', protocol: 'OCPP 1.5S' });

  await daemon.api('stations.update', {
    stationId: stationId('NETS'),
    version: await versionOf('NETS'),
    sourceNetworks: ['192.0.2.0/24', '::1'],
  });
  expect((await send('NETS', 'bootNotification', boot15)).status).toBe(403);
  expect(await handshakeStatus(daemon.addresses.ocpp16, 'NETS')).toBe(403);
  await expect(
    daemon.api('stations.update', {
      stationId: stationId('NETS'),
      version: await versionOf('NETS'),
      sourceNetworks: ['anywhere'],
    }),
  ).rejects.toMatchObject({ error: { code: 'inputInvalid' } });
});

test('one message in the forms of real stations: what HTTP and XML allow is taken, what is odd is counted', async () => {
  const url = soapAt(daemon.addresses);
  await send('FORMS', 'bootNotification', boot15);
  const beat = soapMessage({ chargeBoxId: 'forms', operation: 'heartbeat' });
  const type = 'content-type: application/soap+xml; charset=UTF-8; action="/Heartbeat"';
  const whole = [type, `content-length: ${Buffer.byteLength(beat)}`];
  expect(await rawPost(url, whole, beat)).toMatch(/^HTTP\/1.1 200 OK/);
  expect(await rawPost(`${url}/`, whole, beat)).toMatch(/^HTTP\/1.1 200 OK/);
  expect(await rawPost(url.toLowerCase(), whole, beat)).toMatch(/^HTTP\/1.1 200 OK/);
  expect(await rawPost(url, [...whole, 'expect: 100-continue'], beat)).toMatch(/^HTTP\/1.1 100 Continue[\s\S]*HTTP\/1.1 200 OK/);
  const half = Math.floor(beat.length / 2);
  const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
  const chunks = `${chunk(beat.slice(0, half))}${chunk(beat.slice(half))}0\r\n\r\n`;
  expect(await rawPost(url, [type, 'transfer-encoding: chunked'], chunks)).toMatch(/^HTTP\/1.1 200 OK/);
  for (const [coding, packed] of [
    ['gzip', gzipSync(beat)],
    ['deflate', deflateSync(beat)],
  ] as const)
    expect((await post(url, new Uint8Array(packed), { 'content-encoding': coding })).status).toBe(200);
  expect(await live('FORMS')).toMatchObject({ deviations: 0 });

  const old = beat.replace('http://www.w3.org/2003/05/soap-envelope', 'http://schemas.xmlsoap.org/soap/envelope/');
  const answered = await post(url, old, { 'content-type': 'text/xml' });
  expect([answered.status, answered.headers.get('content-type')]).toEqual([200, 'text/xml; charset=utf-8']);
  expect(answered.text).toContain('http://schemas.xmlsoap.org/soap/envelope/');
  const bare = beat.replace(/<wsa:[\s\S]*<\/wsa:ReplyTo>/, '').replace('2012/06/"', '2012/06"');
  expect((await post(url, bare)).value('currentTime')).toMatch(/Z$/);
  const unknown = await send('FORMS', 'selfDestruct');
  expect([unknown.status, unknown.text]).toEqual([500, expect.stringContaining('ns:NotSupported')]);
  const wrong = await send('FORMS', 'statusNotification', '<cs:connectorId>one</cs:connectorId>');
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('connectorId')]);
  expect(wrong.text).toContain('ns:ProtocolError');
});

test('A11, R20: bombs, other encodings and bodies without end cost nothing, and say what is wrong', async () => {
  // Packed before anything is sent: it takes so long that connections which are kept would be closed meanwhile.
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(200_000_000)));
  const url = soapAt(daemon.addresses);
  const beat = soapMessage({ chargeBoxId: 'FORMS', operation: 'heartbeat' });
  const lol = [
    '<!ENTITY l0 "lol">',
    ...Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`),
  ].join('');
  const after = (declaration: string) =>
    beat.replace('?>', `?>${declaration}`).replace('Request></s:Body>', 'Request>&l9;</s:Body>');
  const bodies: (string | Buffer)[] = [
    after(`<!DOCTYPE b [${lol}]>`),
    after('<!DOCTYPE b [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'),
    after('<!DOCTYPE b SYSTEM "http://127.0.0.1:1/x.dtd">'),
    Buffer.from(`\ufeff${beat}`, 'utf16le'),
    beat.replace('UTF-8', 'UTF-7'),
    beat.replace('heartbeatRequest>', `heartbeatRequest>${'<a>'.repeat(30_000)}`),
  ];
  for (const body of bodies) {
    const answer = await post(url, typeof body === 'string' ? body : new Uint8Array(body));
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('ns:ProtocolError')]);
    expect(answer.text).not.toContain('root:');
  }
  const references = beat.replace('<cs:heartbeatRequest>', `<cs:heartbeatRequest>${'&#65;'.repeat(1_000_000)}`);
  const tooLong = ['content-type: application/soap+xml', `content-length: ${references.length}`];
  expect(await rawPost(url, tooLong, references.slice(0, 10_000))).toMatch(/^HTTP\/1.1 413/);
  const chunk = `${(300_000).toString(16)}\r\n${references.slice(0, 300_000)}\r\n`;
  expect(await rawPost(url, ['transfer-encoding: chunked'], chunk)).toMatch(/^HTTP\/1.1 413/);
  expect((await post(url, new Uint8Array(gzipSync(references)), { 'content-encoding': 'gzip' })).status).toBe(413);
  expect((await post(url, bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
  expect((await post(url, 'x', { 'content-encoding': 'br' })).status).toBe(415);
  expect((await send('FORMS', 'heartbeat')).status).toBe(200);
});

test("somebody else's library speaks both services from their descriptions alone", async () => {
  for (const [version, name] of [
    ['15', 'KIT'],
    ['16', 'NEW6'],
  ] as const) {
    const client = await createClientAsync(`${soapAt(daemon.addresses, version)}?wsdl`, { forceSoap12Headers: true });
    const namespace = version === '15' ? 'urn://Ocpp/Cs/2012/06/' : 'urn://Ocpp/Cs/2015/10/';
    client.addSoapHeader({ chargeBoxIdentity: name }, '', 'ns', namespace);
    const [booted] = await client.BootNotificationAsync({ chargePointVendor: 'Kit', chargePointModel: version });
    expect(booted).toMatchObject({
      status: 'Accepted',
      [version === '15' ? 'heartbeatInterval' : 'interval']: expect.any(Number),
    });
    const timestamp = new Date().toISOString();
    const [started] = await client.StartTransactionAsync({ connectorId: 1, idTag: 'KIT1', timestamp, meterStart: 5 });
    expect(started).toMatchObject({ transactionId: expect.any(Number), idTagInfo: { status: 'Accepted' } });
    const reading =
      version === '15'
        ? {
            values: [
              { timestamp, value: [{ attributes: { unit: 'Wh', measurand: 'Energy.Active.Import.Register' }, $value: '9' }] },
            ],
          }
        : { meterValue: [{ timestamp, sampledValue: [{ value: '9', measurand: 'Energy.Active.Import.Register', unit: 'Wh' }] }] };
    await client.MeterValuesAsync({ connectorId: 1, transactionId: started.transactionId, ...reading });
    await client.StopTransactionAsync({ transactionId: started.transactionId, timestamp, meterStop: 15 });
    expect(rowsOf(daemon, 'SELECT energyWh FROM sessions WHERE id = ?', started.transactionId)).toEqual([{ energyWh: 10 }]);
    expect(rowsOf(daemon, 'SELECT 1 FROM samples WHERE sessionId = ?', started.transactionId).length).toBeGreaterThan(0);
  }
});

test('people who look at the address in a browser are told what it is', async () => {
  const description = await fetch(`${soapAt(daemon.addresses)}?WSDL`);
  expect(await description.text()).toContain(`location="${daemon.addresses.ocpp15}"`);
  const get = await fetch(soapAt(daemon.addresses));
  expect([get.status, await get.text()]).toEqual([200, expect.stringContaining('?wsdl')]);
  expect((await fetch(soapAt(daemon.addresses), { method: 'PUT' })).status).toBe(405);
  const raw = await rawPost(soapAt(daemon.addresses), ['accept-encoding: gzip', 'content-length: 1'], 'x');
  expect(raw).toMatch(/^HTTP\/1.1 400/);
});

test('a virtual station of OCPP 1.5 lives a whole charge over SOAP, started and stopped from here', async () => {
  const station = simulateStation({ url: daemon.addresses.ocpp15, chargeBoxId: 'SIM15', outlets: 2, speed: 60 });
  onTestFinished(() => station.close());
  await station.next('booted');
  await station.delivered();
  expect(await live('SIM15')).toMatchObject({ online: true, protocol: 'OCPP 1.5S', canBeCommanded: true, deviations: 0 });
  const started = station.next('started');
  const start = await daemon.api('stations.send', {
    stationId: stationId('SIM15'),
    request: { kind: 'remoteStart', connectorId: 1, idTag: 'SIM' },
  });
  station.plugIn(1);
  const { transactionId } = await started;
  await station.next('sampled');
  const end = async () =>
    (await daemon.api('stations.command', { stationId: stationId('SIM15'), commandId: (start as Command).id })) as Command;
  await vi.waitFor(async () => expect(await end()).toMatchObject({ state: 'done' }), { timeout: 10_000 });
  const stopped = station.next('stopped');
  await daemon.api('stations.send', {
    stationId: stationId('SIM15'),
    request: { kind: 'remoteStop', transactionId: Number(transactionId) },
  });
  const session = await stopped;
  expect(rowsOf(daemon, 'SELECT meterStopWh FROM sessions WHERE id = ?', transactionId)).toEqual([
    { meterStopWh: session.meterStopWh },
  ]);
  expect(await command('SIM15', { kind: 'unlock', connectorId: 2 })).toMatchObject({ state: 'accepted', answer: 'Accepted' });
  expect(await command('SIM15', { kind: 'getConfiguration', keys: ['HeartbeatInterval'] })).toMatchObject({ state: 'accepted' });
  expect(await live('SIM15')).toMatchObject({ deviations: 0 });
});

test('R13: ten thousand strange messages are all answered, and a good station is served meanwhile', async () => {
  const report = await soapFuzz({ inputs: 10_000, seed: 2026, say: () => {} });
  expect(report.problems).toEqual([]);
  expect(report.statuses.has(0)).toBe(false);
  expect(report.late.heapBytes).toBeLessThan(report.early.heapBytes + 20_000_000);
  expect(report.late.residentBytes).toBeLessThan(report.early.residentBytes + 100_000_000);
}, 180_000);
