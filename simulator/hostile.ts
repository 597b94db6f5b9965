import type { Random } from './random.ts';
import type { VirtualStation } from './station.ts';

type Attack = (station: VirtualStation, random: Random) => void;

const call = (action: string, payload: unknown, id = 'x') => JSON.stringify([2, id, action, payload]);

/** What a hostile station does, one name each. */
export const attacks = {
  garbage: (station, random) =>
    station.sendRaw(Array.from({ length: 200 }, () => String.fromCharCode(random.whole(32, 0xd7ff))).join('')),
  binary: (station, random) => station.sendRaw(Uint8Array.from({ length: 300 }, () => random.whole(0, 255))),
  brokenJson: (station) => station.sendRaw('[2,"1","Heartbeat",{'),
  notAFrame: (station, random) =>
    station.sendRaw(random.pick(['null', '{}', '[]', '[2]', '[2,1,2,3]', '[9,"a","b",{}]', '"text"', '1e999'])),
  deep: (station) => station.sendRaw(`[2,"d","DataTransfer",${'['.repeat(20_000)}${']'.repeat(20_000)}]`),
  prototype: (station) =>
    station.sendRaw('[2,"p","Heartbeat",{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}]'),
  actionOfObject: (station, random) =>
    station.sendRaw(call(random.pick(['constructor', '__proto__', 'toString', 'hasOwnProperty']), {})),
  unknownAction: (station) => station.sendRaw(call('FormatDisk', { now: true })),
  wrongTypes: (station) =>
    station.sendRaw(call('StartTransaction', { connectorId: 'one', idTag: { a: 1 }, timestamp: 5, meterStart: 'many' })),
  hugeNumbers: (station) =>
    station.sendRaw(
      '[2,"h","MeterValues",{"connectorId":1e308,"transactionId":9223372036854775807,"meterValue":[{"timestamp":"9999999-01-01","sampledValue":[{"value":"1e400"}]}]}]',
    ),
  otherSession: (station, random) =>
    station.sendRaw(
      call(
        'StopTransaction',
        { transactionId: random.whole(1, 5000), timestamp: new Date().toISOString(), meterStop: 0 },
        `o${random.whole(1, 1e9)}`,
      ),
    ),
  unaskedAnswer: (station, random) => station.sendRaw(JSON.stringify([random.pick([3, 4]), 'nobody-asked', {}, '', {}])),
  sameId: (station) => {
    for (let times = 0; times < 5; times++) station.sendRaw(call('Heartbeat', {}, 'same'));
  },
  longText: (station) => station.sendRaw(call('DataTransfer', { vendorId: 'v'.repeat(30_000), data: 'd'.repeat(20_000) })),
  oversized: (station) => station.sendRaw(call('DataTransfer', { vendorId: 'big', data: 'x'.repeat(1_500_000) })),
  flood: (station) => {
    for (let times = 0; times < 1000; times++) station.sendRaw(call('Heartbeat', {}, `f${times}`));
  },
  markup: (station) =>
    station.sendRaw(
      call('StatusNotification', {
        connectorId: 1,
        status: 'Faulted',
        errorCode: 'OtherError',
        info: '<img src=x onerror=alert(1)>',
        vendorErrorCode: "'; DROP TABLE sessions; --",
      }),
    ),
  flap: (station) => station.dropConnection('cut'),
} as const satisfies Record<string, Attack>;

/** Attacks every half second of its life, by the seed. Returns the function that ends it. */
export function beHostile(station: VirtualStation, random: Random): () => void {
  let cancel = () => {};
  const attack = () => {
    random.pick<Attack>(Object.values(attacks))(station, random);
    cancel = station.timers.after(random.between(100, 900), attack);
  };
  cancel = station.timers.after(500, attack);
  return () => cancel();
}
