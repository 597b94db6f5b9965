import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { traceFile } from '../daemon/settings.ts';
import type { Api } from '../shared/api/api.ts';
import type { TraceNews, TracePage } from '../shared/api/trace.ts';
import type { TraceRow } from '../shared/model/trace.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { boot15, post, soapAt, soapMessage, stationAnswer, stationFault, stationService } from './support/soap.ts';
import { bootFacts, type RawStation, rawStation, rowsOf, siteOf } from './support/stations.ts';

const ids = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'SOAP'];
const provision = { sites: siteOf(...ids.map((id) => ({ id }))) };
let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await startDaemon({
    provision,
    flags: ['--call-timeout-seconds', '1', '--soap-call-networks', '127.0.0.0/8'],
    env: { CHARGE_PORTAL_READ_STATION_KEYS: 'false' },
  });
});
afterAll(() => daemon.stop());

const nodeOf = (chargeBoxId: string, at = daemon): string =>
  String(
    rowsOf(at, 'SELECT n.publicId FROM nodes n JOIN stations s ON s.nodeId = n.id WHERE s.chargeBoxId = ?', chargeBoxId)[0]
      ?.publicId,
  );

async function booted(chargeBoxId: string, at = daemon): Promise<RawStation & { stationId: string }> {
  const station = await rawStation(at.addresses.ocpp16, chargeBoxId);
  await station.call('BootNotification', bootFacts, 'boot');
  return { ...station, stationId: nodeOf(chargeBoxId, at) };
}

/** Asks a station and answers in its place. */
async function ask(station: RawStation & { stationId: string }, request: object, answer: object): Promise<string> {
  const sent = daemon.api('stations.send', { stationId: station.stationId, request: request as never }); // each test's own request
  const call = await station.next((frame) => frame[0] === 2);
  station.send(JSON.stringify([3, call[1], answer]));
  await sent;
  // The answer was handled once a later message of the same station was answered.
  await station.call('Heartbeat');
  return String(call[1]);
}

const list = async (stationId: string, filter: object = {}) =>
  (await daemon.api('trace.list', { stationId, limit: 200, ...filter })).rows;
const named = (rows: readonly TraceRow[], messageId: string) => rows.filter((row) => row.messageId === messageId).toReversed();

test('B9: both directions with size, verdict, pair and latency; an answer knows its call and the other way round', async () => {
  const station = await booted('T1');
  await station.call('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' }, 'good');
  await station.call('StatusNotification', { connectorId: '1', status: 'available', errorCode: 'NoError' }, 'odd');
  await station.call('Nonsense', {}, 'unknown');
  station.send('{ this is nothing');
  const asked = await ask(station, { kind: 'reset', mode: 'soft' }, { status: 'Accepted' });
  const rows = await list(station.stationId);

  const [call, answer] = named(rows, 'good');
  expect(call).toMatchObject({ direction: 'in', kind: 'call', action: 'StatusNotification', verdict: 'ok', connectorId: 1 });
  expect(call?.size).toBe(
    Buffer.byteLength('[2,"good","StatusNotification",{"connectorId":1,"status":"Available","errorCode":"NoError"}]'),
  );
  expect(answer).toMatchObject({ direction: 'out', kind: 'result', action: 'StatusNotification', requestId: call?.id });
  expect(call?.answerId).toBe(answer?.id);
  expect(answer?.latencyMs).toBeGreaterThanOrEqual(0);

  const [odd] = named(rows, 'odd');
  expect(odd?.verdict).toBe('repaired');
  const whole = await daemon.api('trace.get', { stationId: station.stationId, id: odd?.id ?? 0 });
  expect(whole?.remarks.map(({ kind }) => kind).toSorted()).toEqual(['enumSpelling', 'numberAsText']);
  expect(JSON.parse(whole?.reading ?? '')).toMatchObject({ connectorId: 1, status: 'Available' });
  expect(whole?.text).toContain('"connectorId":"1"');
  expect(whole?.protocol).toBe('OCPP 1.6J');

  const deviations = await daemon.api('stations.deviations', { stationId: station.stationId });
  const deeds = {
    numberAsText: 'understood',
    enumSpelling: 'understood',
    unknownAction: 'refused',
    unreadable: 'refusedIfNamed',
  };
  expect(Object.fromEntries(deviations.map(({ kind, did }) => [kind, did]))).toMatchObject(deeds);
  expect(named(rows, 'unknown')).toMatchObject([
    { verdict: 'refused', code: 'NotImplemented' },
    { kind: 'error', verdict: 'refused', code: 'NotImplemented' },
  ]);
  expect(rows.find(({ verdict }) => verdict === 'unreadable')?.excerpt).toBe('{ this is nothing');
  expect(named(rows, asked)).toMatchObject([
    { direction: 'out', kind: 'call', action: 'Reset', verdict: 'ok' },
    { direction: 'in', kind: 'result', action: 'Reset', verdict: 'ok' },
  ]);
  await station.close();
});

test('an answer after the time-out is late, and still knows its call', async () => {
  const station = await booted('T2');
  await daemon.api('stations.send', { stationId: station.stationId, request: { kind: 'clearCache' } });
  const call = await station.next((frame) => frame[0] === 2);
  // The next command leaves when the first has timed out.
  await daemon.api('stations.send', { stationId: station.stationId, request: { kind: 'reset', mode: 'soft' } });
  const second = await station.next((frame) => frame[2] === 'Reset');
  station.send(JSON.stringify([3, call[1], { status: 'Accepted' }]));
  station.send(JSON.stringify([3, second[1], { status: 'Accepted' }]));
  station.send(JSON.stringify([3, 'never asked', {}]));
  await station.call('Heartbeat');
  const rows = await list(station.stationId);
  expect(named(rows, String(call[1]))).toMatchObject([
    { kind: 'call' },
    { kind: 'result', verdict: 'late', action: 'ClearCache' },
  ]);
  expect(named(rows, 'never asked')).toMatchObject([{ verdict: 'ignored', action: '' }]);
  await station.close();
});

test('pages go back and forward without a gap; filters hold together', async () => {
  const station = await booted('T3');
  for (let index = 0; index < 30; index++) await station.call('Heartbeat', {}, `beat-${index}`);
  await station.call('Authorize', { idTag: 'FINDME' }, 'tag');
  const { stationId } = station;
  const all = await list(stationId);
  const back: number[] = [];
  for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null; ) {
    const page: TracePage = await daemon.api('trace.list', { stationId, limit: 7, before });
    back.push(...page.rows.map(({ id }) => id));
    before = page.older;
  }
  expect(back).toEqual(all.map(({ id }) => id));
  const forward: number[] = [];
  for (let after = 0; ; ) {
    const page = await daemon.api('trace.list', { stationId, limit: 7, after });
    if (page.rows.length === 0) break;
    forward.push(...page.rows.map(({ id }) => id).toReversed());
    after = page.newer;
  }
  expect(forward.toReversed()).toEqual(back);

  expect((await list(stationId, { hide: ['Heartbeat'] })).map(({ action }) => action)).not.toContain('Heartbeat');
  expect(await list(stationId, { actions: ['Heartbeat'], direction: 'in' })).toHaveLength(30);
  expect(await list(stationId, { text: 'findme' })).toMatchObject([{ messageId: 'tag', direction: 'in' }]);
  expect(await list(stationId, { verdicts: ['refused'] })).toEqual([]);
  expect(await list(stationId, { until: (all[0]?.at ?? 0) - 3_600_000 })).toEqual([]);
  const counts = await daemon.api('trace.counts', { stationId });
  expect(counts).toMatchObject({ messages: all.length, isComplete: true });
  expect(counts.actions).toContainEqual({ action: 'Heartbeat', direction: 'out', count: 30, repaired: 0, refused: 0 });
  await station.close();
});

test('messages of one session, and of no other (PRODUCT M10)', async () => {
  const station = await booted('T4');
  const { stationId } = station;
  const start = async (connectorId: number, idTag: string) => {
    const now = new Date().toISOString();
    await station.call('Authorize', { idTag });
    const answer = await station.call('StartTransaction', { connectorId, idTag, meterStart: 0, timestamp: now });
    return (answer[2] as { transactionId: number }).transactionId;
  };
  const first = await start(1, 'ONE');
  const second = await start(2, 'TWO');
  await station.call('StopTransaction', { transactionId: first, meterStop: 10, timestamp: new Date().toISOString() }, 'stop');
  const { rows: sessions } = await daemon.api('sessions.list', { nodeId: stationId, filters: [], sort: [], limit: 10 });
  const sessionId = sessions.find(({ transactionId }) => transactionId === first)?.id ?? '';
  const rows = await list(stationId, { sessionId });
  expect(rows.map(({ action, kind }) => `${action} ${kind}`)).toEqual([
    ...['StopTransaction result', 'StopTransaction call', 'StartTransaction result', 'StartTransaction call', 'Authorize call'],
  ]);
  expect(rows.map(({ excerpt }) => excerpt).join()).not.toContain('TWO');
  expect(rows.some(({ transactionId }) => transactionId === second)).toBe(false);
  await expect(list(nodeOf('T1'), { sessionId })).rejects.toThrow('sessionUnknown');
  await station.close();
});

test('messages of a session that the station reports hours later, after it was offline', async () => {
  const station = await booted('T4');
  const { stationId } = station;
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const answer = await station.call('StartTransaction', { connectorId: 1, idTag: 'ONE', meterStart: 0, timestamp: hoursAgo(3) });
  const { transactionId } = answer[2] as { transactionId: number };
  await station.call('StopTransaction', { transactionId, meterStop: 10, timestamp: hoursAgo(1) });
  const { rows: sessions } = await daemon.api('sessions.list', { nodeId: stationId, filters: [], sort: [], limit: 10 });
  const sessionId = sessions.find((session) => session.transactionId === transactionId)?.id ?? '';
  const actions = (await list(stationId, { sessionId })).map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['StartTransaction', 'StopTransaction']));
  await station.close();
});

/** The API as the console has it, over its WebSocket. */
function liveApi() {
  const client = createWSClient({
    url: `${daemon.addresses.local.replace('http', 'ws')}/api`,
    WebSocket: WebSocket as never, // ws has the shape of the browser's.
    connectionParams: { token: daemon.token },
  });
  onTestFinished(() => void client.close());
  return createTRPCClient<Api>({ links: [wsLink({ client })] });
}

test('the count of deviations on the page of a station is told at once, not when they are next put on disk', async () => {
  const station = await booted('T6');
  const told: number[] = [];
  const subscription = liveApi().stations.watch.subscribe(
    { stationId: station.stationId },
    { onData: ({ deviations }) => void told.push(deviations) },
  );
  await vi.waitFor(() => expect(told).toHaveLength(1));
  // A Heartbeat changes nothing else that the page shows at once.
  for (let sent = 0; sent < 50; sent++) await station.call('Heartbeat', { superfluous: sent });
  await vi.waitFor(() => expect(told.at(-1)).toBe(50 + (told[0] ?? 0)), 2000);
  expect(told.length).toBeLessThan(20);
  subscription.unsubscribe();
  await station.close();
});

test('live: what comes is told in order, only of this station; filters hold there too', async () => {
  const station = await booted('T5');
  const beside = await booted('T6');
  const api = liveApi();
  const told: TraceRow[] = [];
  const began = Promise.withResolvers<TraceNews>();
  const complete = Promise.withResolvers<void>();
  const subscription = api.trace.watch.subscribe(
    { stationId: station.stationId, hide: ['Heartbeat'] },
    {
      onData(news) {
        told.push(...news.rows);
        began.resolve(news);
        if (news.rows.some(({ messageId, kind }) => messageId === 'last' && kind === 'result')) complete.resolve();
      },
      onError: complete.reject,
    },
  );
  expect((await began.promise).rows.at(-1)).toMatchObject({ action: 'BootNotification', kind: 'result' });
  await beside.call('Authorize', { idTag: 'ELSEWHERE' });
  for (let index = 0; index < 5; index++) await station.call('Heartbeat');
  await station.call('Authorize', { idTag: 'A' }, 'first');
  await station.call('Authorize', { idTag: 'B' }, 'last');
  await complete.promise;
  subscription.unsubscribe();
  expect(told.map(({ messageId, kind }) => `${messageId} ${kind}`)).toEqual([
    ...['boot call', 'boot result', 'first call', 'first result', 'last call', 'last result'],
  ]);
  await station.close();
  await beside.close();
});

test('secrets are masked, whichever way they come, and wherever their message leaves a mark (B9)', async () => {
  const station = await booted('T1');
  const { stationId } = station;
  const secret = 'N0b0dyMayRead';
  await ask(station, { kind: 'changeConfiguration', key: 'AuthorizationKey', value: secret }, { status: 'Accepted' });
  await ask(station, { kind: 'changeConfiguration', key: 'authorizationKEY ', value: secret }, { status: 'Accepted' });
  await ask(
    station,
    { kind: 'getConfiguration', keys: ['HeartbeatInterval', 'AuthorizationKey'] },
    {
      configurationKey: [
        { key: 'HeartbeatInterval', readonly: false, value: '300' },
        { key: 'AuthorizationKey', readonly: false, value: secret },
        { Key: 'Maker.ApnPwd', ReadOnly: 'false', Value: secret },
      ],
    },
  );
  await ask(station, { kind: 'getDiagnostics', location: `ftp://user:${secret}@files.example.org/logs` }, {});
  const location = `https://user:x/${secret}@files.example.org/a.bin`;
  await ask(station, { kind: 'updateFirmware', location, retrieveAt: Date.now() }, {});
  const data = JSON.stringify({ wifiPassword: secret, ssid: 'garage' });
  await ask(station, { kind: 'dataTransfer', vendorId: 'Maker', data }, { status: 'Accepted', data });

  // An error may repeat what it is about.
  const refused = { kind: 'changeConfiguration', key: 'AuthorizationKey', value: secret } as const;
  await daemon.api('stations.send', { stationId, request: refused });
  const call = await station.next((frame) => frame[0] === 2);
  station.send(JSON.stringify([4, call[1], 'PropertyConstraintViolation', `"${secret}" is too short`, {}]));

  await station.call('DataTransfer', { vendorId: 'Maker', data });
  await station.call('DataTransfer', { vendorId: 'Maker', data: { password: secret } });
  await station.call('Heartbeat', { password: secret });
  station.send(`[2,"cut","DataTransfer",{"vendorId":"Maker","data":"{\\"password\\":\\"${secret}`);
  station.send(`{"key":"AuthorizationKey","value":"${secret}"}`);
  station.send(`[7,"new",{"AuthorizationKey":"${secret}"}]`);
  station.send(JSON.stringify([3, 'never asked', { configurationKey: [{ value: secret, key: 'AuthorizationKey' }] }]));
  await station.call('Heartbeat');

  const texts = await Promise.all(
    (await list(stationId)).map(async (row) => {
      const frame = await daemon.api('trace.get', { stationId, id: row.id });
      return `${row.excerpt} ${frame?.text} ${frame?.reading} ${JSON.stringify(frame?.remarks)}`;
    }),
  );
  const all = texts.join('\n');
  expect(all).not.toContain(secret);
  for (const kept of ['"key":"AuthorizationKey"', '"300"', 'ftp://user:•••@files.example.org/logs', 'garage']) {
    expect(all).toContain(kept);
  }
  expect(await list(stationId, { text: secret })).toEqual([]);
  const { path } = await daemon.api('trace.export', { stationId });
  expect(await (await fetch(daemon.addresses.local + path)).text()).not.toContain(secret);

  const kinds = ['unreadable', 'unknownMember', 'valueUnusable', 'unknownMessageType', 'unknownAnswer'];
  await vi.waitFor(async () => {
    const deviations = await daemon.api('stations.deviations', { stationId });
    expect(deviations.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds));
    expect(JSON.stringify(deviations)).not.toContain(secret);
  });
  const commands = await daemon.api('stations.commands', { stationId, limit: 20 });
  expect(JSON.stringify(commands)).toContain('garage');
  expect(JSON.stringify(commands)).not.toContain(secret);
  expect(JSON.stringify(await daemon.api('stations.configuration', { stationId }))).not.toContain(secret);
  const rows = rowsOf(daemon, 'SELECT * FROM audit');
  expect(rows.length).toBeGreaterThan(5);
  expect(JSON.stringify(rows)).not.toContain(secret);
  expect(daemon.output()).not.toContain(secret);
  await station.close();
});

test('the one-time path of a transfer over HTTP opens nothing for whoever reads the trace', async () => {
  const station = await booted('T1');
  const { stationId } = station;
  const sent = daemon.api('diagnostics.request', { stationId, protocol: 'http' });
  const call = await station.next((frame) => frame[2] === 'GetDiagnostics');
  station.send(JSON.stringify([3, call[1], { fileName: 'log.txt' }]));
  await sent;
  await station.call('Heartbeat');
  const { location } = call[3] as { location: string };
  const [row] = await list(stationId, { actions: ['GetDiagnostics'], direction: 'out' });
  const frame = await daemon.api('trace.get', { stationId, id: row?.id ?? 0 });
  expect(location).toMatch(/\/files\/[0-9a-f]{16}\/[0-9a-f]{32}\//);
  expect(frame?.text).toContain(location.replace(/[0-9a-f]{32}/, '•••'));
  await station.close();
});

test('a message that a station made to be slow to look through holds nobody up', async () => {
  const station = await booted('T2');
  const beside = await booted('T3');
  const flood = 'key='.repeat(8000);
  for (const text of [flood, `[2,"1","DataTransfer",{"vendorId":"V","data":"${flood}"}]`]) station.send(text);
  const startedAt = performance.now();
  await beside.call('Heartbeat');
  await station.call('Heartbeat');
  expect(performance.now() - startedAt).toBeLessThan(2000);
  await station.close();
  await beside.close();
});

test('SOAP is traced as JSON is: both directions, our reading of the XML, faults, and no secret', async () => {
  await using service = await stationService(({ text }) =>
    text.includes('getDiagnosticsRequest')
      ? { status: 500, body: stationFault('no way to N0b0dyMayRead') }
      : { body: stationAnswer('changeConfiguration', '<r:status>Accepted</r:status>') },
  );
  const say = (operation: string, members = '') =>
    post(
      soapAt(daemon.addresses),
      soapMessage({ chargeBoxId: 'SOAP', operation, members, from: service.url, messageId: operation }),
    );
  await say('bootNotification', boot15);
  await say('authorize', '<cs:idTag>04A1B2</cs:idTag>');
  await say('nonsense');
  await say('dataTransfer', '<cs:vendorId>V</cs:vendorId><cs:data>{&quot;password&quot;:&quot;N0b0dyMayRead&quot;}</cs:data>');
  await say('heartbeat', '<cs:password>N0b0dyMayRead</cs:password>');
  const stationId = nodeOf('SOAP');
  const request = { kind: 'changeConfiguration', key: 'AuthorizationKey', value: 'N0b0dyMayRead' } as const;
  const { id: commandId } = await daemon.api('stations.send', { stationId, request });
  await vi.waitFor(async () => {
    expect(await daemon.api('stations.command', { stationId, commandId })).toMatchObject({ state: 'accepted' });
  });
  const rows = await list(stationId);
  const [call, answer] = named(rows, 'authorize');
  expect(call).toMatchObject({ direction: 'in', action: 'Authorize', verdict: 'ok', answerId: answer?.id });
  expect(answer).toMatchObject({ direction: 'out', kind: 'result', action: 'Authorize', requestId: call?.id });
  const whole = await daemon.api('trace.get', { stationId, id: call?.id ?? 0 });
  expect(whole).toMatchObject({ protocol: 'OCPP 1.5S', reading: '{"idTag":"04A1B2"}', text: expect.stringMatching(/^<\?xml/) });
  expect(named(rows, 'nonsense')).toMatchObject([
    { verdict: 'refused' },
    { kind: 'error', verdict: 'refused', code: 'NotSupported' },
  ]);
  const ours = rows.filter(({ action }) => action === 'ChangeConfiguration');
  expect(ours).toMatchObject([
    { direction: 'in', verdict: 'ok', requestId: ours[1]?.id },
    { direction: 'out', kind: 'call' },
  ]);
  const sent = await daemon.api('trace.get', { stationId, id: ours[1]?.id ?? 0 });
  expect(sent?.text).toContain('AuthorizationKey');
  expect(sent?.text).not.toContain('N0b0dyMayRead');

  const location = 'ftp://user:N0b0dyMayRead@files.example.org/logs';
  const asked = await daemon.api('stations.send', { stationId, request: { kind: 'getDiagnostics', location } });
  await vi.waitFor(async () => {
    expect(await daemon.api('stations.command', { stationId, commandId: asked.id })).toMatchObject({ state: 'failed' });
  });
  const { path } = await daemon.api('trace.export', { stationId });
  const exported = await (await fetch(daemon.addresses.local + path)).text();
  expect(exported).toContain('ftp://user:•••@files.example.org/logs');
  expect(exported).toContain('no way to •••');
  const marks = [exported, await daemon.api('stations.commands', { stationId, limit: 5 }), daemon.output()];
  expect(JSON.stringify(marks)).not.toContain('N0b0dyMayRead');
});

test('export: JSON lines by a link that works once', async () => {
  const stationId = nodeOf('T3');
  const { path } = await daemon.api('trace.export', { stationId, direction: 'in' });
  const response = await fetch(daemon.addresses.local + path);
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="T3-messages.jsonl"');
  const lines = (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const rows = await list(stationId, { direction: 'in' });
  expect(lines.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toReversed());
  expect(lines[0]).toMatchObject({ action: 'BootNotification', text: expect.stringContaining('chargePointVendor') });
  expect((await fetch(daemon.addresses.local + path)).status).toBe(404);
  expect((await fetch(`${daemon.addresses.local}/files/guessed`)).status).toBe(404);
});

test('what was traced is there after a restart; a damaged or missing file is replaced, with a word in the log', async () => {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-trace-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const run = async (act: (one: TestDaemon) => Promise<void>) => {
    await using one = await startDaemon({ provision, data });
    await act(one);
  };
  const messages = async (one: TestDaemon) =>
    (await one.api('trace.list', { stationId: nodeOf('T1', one), limit: 200, direction: 'in' })).rows.map(
      ({ messageId }) => messageId,
    );
  const speak = async (one: TestDaemon, id: string) => {
    const station = await rawStation(one.addresses.ocpp16, 'T1');
    await station.call('BootNotification', bootFacts, id);
    await station.close();
  };
  await run((one) => speak(one, 'first'));
  await run(async (one) => {
    await speak(one, 'second');
    expect(await messages(one)).toEqual(['second', 'first']);
  });

  const file = traceFile(data);
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(Math.min(8192, statSync(file).size), 0x5a), 0, undefined, 0);
  closeSync(handle);
  await run(async (one) => {
    expect(one.output()).toContain('the message trace could not be used and was begun anew');
    await speak(one, 'third');
    expect(await messages(one)).toEqual(['third']);
  });
  expect(readdirSync(data)).toContain('trace.sqlite3.damaged');

  for (const name of readdirSync(data)) if (name.startsWith('trace.sqlite3')) rmSync(join(data, name));
  await run(async (one) => {
    await speak(one, 'fourth');
    expect(await messages(one)).toEqual(['fourth']);
  });
});

test('without a trace everything else works', async () => {
  await using one = await startDaemon({ provision, flags: ['--trace-megabytes', '0'] });
  const station = await rawStation(one.addresses.ocpp16, 'T1');
  await station.call('BootNotification', bootFacts);
  await station.close();
  expect((await one.api('trace.list', { stationId: nodeOf('T1', one), limit: 10 })).rows).toEqual([]);
  expect(await one.api('trace.state')).toMatchObject({ isOn: false });
  expect(readdirSync(one.data).filter((name) => name.startsWith('trace'))).toEqual([]);
});
