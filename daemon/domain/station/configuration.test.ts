import { expect, test, vi } from 'vitest';
import { knownKeys } from '../../../shared/model/configuration-keys.ts';
import { configurationOf } from '../../storage/configuration-keys.ts';
import { DomainError } from '../error.ts';
import { testCentral, testClock, testLink } from '../testing.ts';
import {
  type ConfigurationAnswer,
  isConfigurationAnswer,
  keepConfiguration,
  readAllKeys,
  readConfiguration,
} from './configuration.ts';
import type { StationAnswer } from './station.ts';

const required = knownKeys.filter((key) => key.required && key.profile === 'Core').map(({ key }) => key);
const told = (names: readonly string[], values: Readonly<Record<string, string>> = {}): ConfigurationAnswer['keys'] =>
  names.map((key) => ({ key, readonly: false, value: values[key] ?? '1' }));
const accepted = (keys: ConfigurationAnswer['keys'], unknown: readonly string[] = []): StationAnswer => ({
  outcome: 'accepted',
  answer: 'Accepted',
  detail: { keys, unknown },
});

/** A station that answers questions as it is told; what it was asked by name. */
async function read(answer: (names: readonly string[] | null) => StationAnswer) {
  const link = testLink(testClock());
  const asked: (readonly string[])[] = [];
  link.answer = (request) => {
    const names = request.kind === 'getConfiguration' && request.keys?.length ? request.keys : null;
    if (names) asked.push(names);
    return answer(names);
  };
  const result = await readAllKeys(link, () => {});
  const detail = 'detail' in result && isConfigurationAnswer(result.detail) ? result.detail : null;
  return { result, asked, detail, names: detail?.keys.map(({ key }) => key) ?? [] };
}

test('a whole answer is taken as it is', async () => {
  const { asked, names, detail } = await read(() => accepted(told([...required, 'X_Led'])));
  expect(asked).toEqual([]);
  expect(names).toEqual([...required, 'X_Led']);
  expect(detail?.isCut).toBe(false);
});

test('an answer that is cut is completed by name, in parts of the size that the station takes', async () => {
  const has = new Set([...required, 'LightIntensity']);
  const limits = { GetConfigurationMaxKeys: '7' };
  const { asked, names, detail } = await read((wanted) =>
    wanted
      ? accepted(
          told(wanted.filter((name) => has.has(name))),
          wanted.filter((name) => !has.has(name)),
        )
      : accepted(told(['GetConfigurationMaxKeys', ...required.slice(0, 6)], limits)),
  );
  expect(Math.max(...asked.map(({ length }) => length))).toBe(7);
  expect(asked.flat()).not.toContain('Cst_BackendUrl');
  expect(asked.flat()).not.toContain('SendLocalListMaxLength');
  expect(new Set(names)).toEqual(has);
  // It had more than it told, so what we knew of it stays.
  expect(detail).toMatchObject({ isCut: true, unknown: [] });
});

test('of the other profiles it is asked for what it says to have, also when it says so only by name', async () => {
  const values = { SupportedFeatureProfiles: 'Core, SmartCharging' };
  const { names } = await read((wanted) => accepted(told(wanted ?? ['HeartbeatInterval'], values)));
  expect(names).toContain('ChargingScheduleMaxPeriods');
  expect(names).not.toContain('SendLocalListMaxLength');
});

test('FIELD 19: a key at which a station fails costs no other key', async () => {
  const { names } = await read((wanted) => {
    if (!wanted) return { outcome: 'failed', answer: 'InternalError' };
    if (wanted.includes('LightIntensity')) return { outcome: 'failed', answer: 'InternalError' };
    return accepted(told(wanted));
  });
  expect(names).toEqual(expect.arrayContaining(required));
  expect(names).not.toContain('LightIntensity');
});

test.each(['NotImplemented', 'NotSupported'])('FIELD 19: %s is the end of it, and no harm', async (answer) => {
  const { result, asked } = await read(() => ({ outcome: 'failed', answer }));
  expect(result).toEqual({ outcome: 'failed', answer });
  expect(asked).toEqual([]);
});

test('a station that tells no key at all is not asked for each', async () => {
  const { asked, result } = await read(() => accepted([]));
  expect(asked).toEqual([]);
  expect(result.outcome).toBe('accepted');
});

test('what came first is kept before more is asked, for the line may break meanwhile', async () => {
  const link = testLink(testClock());
  link.answer = (request) => {
    if (request.kind === 'getConfiguration' && request.keys) throw new DomainError('stationOffline');
    return accepted(told(['HeartbeatInterval']));
  };
  const kept: string[] = [];
  const answer = await readAllKeys(
    link,
    () => {},
    async ({ keys }) => void kept.push(...keys.map(({ key }) => key)),
  );
  expect(answer.outcome).toBe('accepted');
  expect(kept).toEqual(['HeartbeatInterval']);
});

test('a station that falls silent is left alone, and what it has told is kept', async () => {
  const { asked, names } = await read((wanted) => (wanted ? { outcome: 'timedOut' } : accepted(told(['HeartbeatInterval']))));
  expect(asked).toHaveLength(1);
  expect(names).toEqual(['HeartbeatInterval']);
});

test.each(['NotReached', 'AddressRefused', 'ConnectionLost'])(
  'FIELD 20: a station that is away (%s) is not asked again and again',
  async (answer) => {
    const { result, asked } = await read(() => ({ outcome: 'failed', answer }));
    expect(result).toMatchObject({ outcome: 'failed', answer });
    expect(asked).toEqual([]);
    // One that went away meanwhile.
    const later = await read((wanted) => (wanted ? { outcome: 'failed', answer } : accepted(told(['HeartbeatInterval']))));
    expect([later.names, later.asked.length]).toEqual([['HeartbeatInterval'], 1]);
  },
);

test('a station that fails at everything is asked only so often', async () => {
  const { result, asked } = await read(() => ({ outcome: 'failed', answer: 'GenericError' }));
  expect(result.outcome).toBe('failed');
  expect(asked.length).toBeLessThanOrEqual(60);
});

test('a station whose line breaks at the question each time is no longer asked without anyone wanting it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { central, station, close } = await testCentral();
  const link = testLink(testClock());
  link.answer = () => ({ outcome: 'failed', answer: 'ConnectionLost', detail: null });
  station.link = link;
  for (let start = 0; start < 5; start++) {
    readConfiguration(central, station);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(link.requests).toHaveLength(3);
  vi.useRealTimers();
  await close();
});

test('two thousand keys are all kept', async () => {
  const { central, station, close } = await testCentral();
  const keys = told(Array.from({ length: 2000 }, (_, number) => `Acme${number}`));
  await central.storage.write([...keepConfiguration(central, station, { keys, unknown: [] }, true)]);
  expect(await configurationOf(central.storage.read, station.id)).toHaveLength(2000);
  await close();
});
