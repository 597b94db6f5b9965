import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDaemon } from './support/daemon.ts';
import { type OcttStation, octtDaemon, octtStation } from './support/octt.ts';

let daemon: TestDaemon;
let station: OcttStation;
beforeAll(async () => {
  daemon = await octtDaemon('DATA');
  station = await octtStation(daemon, 'DATA');
});
afterAll(async () => {
  await station.rpc.close();
  await daemon.stop();
});

test('TC_064 data of a vendor that we have no agreement with', async () => {
  const data = { vendorId: 'org.example', messageId: 'hello', data: '{"a":1}' };
  expect(await station.rpc.call('DataTransfer', data)).toEqual({ status: 'UnknownVendorId' });
});

test.each([
  ['Accepted', 'accepted'],
  ['Rejected', 'rejected'],
  ['UnknownMessageId', 'rejected'],
  ['UnknownVendorId', 'rejected'],
] as const)('data to a station that answers %s', async (status, state) => {
  station.answers('DataTransfer', { status });
  const data = { vendorId: 'org.example', messageId: 'hello', data: '{"a":1}' };
  expect(await station.send({ kind: 'dataTransfer', ...data }, state)).toMatchObject({ answer: status });
  expect(station.asked.at(-1)).toEqual(['DataTransfer', data]);
});
