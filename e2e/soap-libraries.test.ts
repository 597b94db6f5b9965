import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { run } from './support/files.ts';
import { soapAt } from './support/soap.ts';
import { rowsOf, siteOf } from './support/stations.ts';

const versions = ['15', '16'] as const;
const password = 'a-good-key-16-long';
let daemon: TestDaemon;

beforeAll(async () => {
  const ids = versions.flatMap((version) => [`ZEEP${version}`, `JAXWS${version}`]);
  daemon = await startDaemon({ provision: { sites: siteOf(...ids.map((id) => ({ id })), { id: 'LOCKED', password }) } });
});
afterAll(() => daemon?.stop());

const description = (version: (typeof versions)[number]) => `${soapAt(daemon.addresses, version)}?wsdl`;
const works = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const live = async (name: string) => {
  const stationId = String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', name)[0]?.publicId);
  return await daemon.api('stations.get', { stationId });
};

const python = ['/usr/bin/python3', 'python3'].find((each) => works(each, '-c', 'import zeep'));

describe.skipIf(!python)("zeep, Python's SOAP library (skipped where it is not installed: apt install python3-zeep)", () => {
  const zeep = (address: string, id: string, version: string, ...more: string[]) =>
    run(python ?? '', [join(import.meta.dirname, 'support/zeep-station.py'), address, id, version, ...more]);

  test.each(versions)('calls every message of version %s with WS-Addressing, from the description alone', async (version) => {
    const id = `ZEEP${version}`;
    const { code, output, stdout } = await zeep(description(version), id, version);
    expect(code, output).toBe(0);
    const told: Record<string, { header: Record<string, string>; answer: unknown }> = JSON.parse(stdout.toString());
    for (const { header } of Object.values(told)) {
      expect(header.action).toBe(`${header.sentAction}Response`);
      expect(header.relatesTo).toBe(header.sentId);
    }
    const interval = version === '15' ? 'heartbeatInterval' : 'interval';
    expect(told.boot?.answer).toMatchObject({ status: 'Accepted', [interval]: expect.any(Number) });
    expect(told.authorize?.answer).toMatchObject({ status: 'Accepted' });
    expect(told.start?.answer).toMatchObject({ transactionId: expect.any(Number), idTagInfo: { status: 'Accepted' } });
    expect(told.data?.answer).toMatchObject({ status: 'UnknownVendorId' });
    const { transactionId } = (told.start ?? { answer: {} }).answer as { transactionId: number }; // It was looked at just above.
    expect(rowsOf(daemon, 'SELECT energyWh FROM sessions WHERE id = ?', transactionId)).toEqual([{ energyWh: 10 }]);
    expect(rowsOf(daemon, 'SELECT energyWh FROM samples WHERE sessionId = ? AND context = 0', transactionId)).toEqual([
      { energyWh: 9 },
    ]);
    expect(await live(id)).toMatchObject({ vendor: 'Zeep', online: true, deviations: 0 });
  });

  test('comes over TLS with a password, and reads the refusal of one that is wrong', async () => {
    const secure = description('15').replace(
      /^http:\/\/[^/]+/,
      new URL(daemon.addresses.ocpp16Tls).origin.replace('wss:', 'https:'),
    );
    const certificate = join(daemon.data, 'certificates/ec.crt.pem');
    const right = await zeep(secure, 'LOCKED', '15', certificate, 'LOCKED', password);
    expect(right.code, right.output).toBe(0);
    expect(await live('LOCKED')).toMatchObject({ secure: true, deviations: 0 });
    const wrong = await zeep(secure, 'LOCKED', '15', certificate, 'LOCKED', 'another-key-16-long');
    expect(wrong.code).not.toBe(0);
    expect(wrong.output).toMatch(/Fault: password|SecurityError/);
    const unknown = await zeep(description('15'), 'NOBODY', '15');
    expect(unknown.output).toMatch(/Fault: chargeBoxIdentity: not known here/);
  });
});

const jars = '/usr/share/jaxws/lib';
const hasJava = works('wsimport', '-version') && works('javac', '-version');

describe.skipIf(!hasJava)("wsimport, Java's SOAP library (skipped where it is not installed: apt install jaxws)", () => {
  test.each(versions)(
    'makes classes of the description of version %s that compile, and call us',
    async (version) => {
      const folder = mkdtempSync(join(tmpdir(), 'charge-portal-jaxws-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const paths = [folder, ...readdirSync(jars).map((jar) => join(jars, jar))].join(':');
      // Like the official descriptions ours speak SOAP 1.2, which wsimport counts as an extension.
      const options = ['-quiet', '-extension', '-XadditionalHeaders', '-d', folder, '-p', 'station'];
      const made = await run('wsimport', [...options, description(version)]);
      expect(made.code, made.output).toBe(0);
      const compiled = await run('javac', ['-cp', paths, '-d', folder, join(import.meta.dirname, 'support/JaxwsStation.java')]);
      expect(compiled.code, compiled.output).toBe(0);
      const called = await run('java', ['-cp', paths, 'JaxwsStation', description(version), `JAXWS${version}`]);
      expect(called.stdout.toString(), called.output).toMatch(/^Accepted Accepted Accepted \d+\n$/);
      expect(await live(`JAXWS${version}`)).toMatchObject({ vendor: 'JAX-WS', deviations: 0 });
      const [, , , transactionId] = called.stdout.toString().trim().split(' ');
      expect(rowsOf(daemon, 'SELECT energyWh FROM sessions WHERE id = ?', Number(transactionId))).toEqual([{ energyWh: 10 }]);
    },
    60_000,
  );
});
