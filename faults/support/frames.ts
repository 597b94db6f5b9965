import { frame } from '../../bench/support/line.ts';
import type { Random } from '../../simulator/random.ts';

/** A frame that a station might send by accident or malice. `ends`: no server can be expected to keep the connection after it. */
export type Strange = Readonly<{ bytes: Buffer; ends: boolean }>;

const now = () => new Date().toISOString();

/** One good message of each kind, to be spoiled. */
const good: readonly (() => readonly [action: string, payload: unknown])[] = [
  () => ['Authorize', { idTag: '04A1B2C3' }],
  () => [
    'BootNotification',
    { chargePointVendor: 'Fuzz', chargePointModel: 'F', chargePointSerialNumber: '1', iccid: '1', imsi: '2' },
  ],
  () => ['DataTransfer', { vendorId: 'org.example', messageId: 'm', data: '{"a":1}' }],
  () => ['DiagnosticsStatusNotification', { status: 'Uploaded' }],
  () => ['FirmwareStatusNotification', { status: 'Installed' }],
  () => ['Heartbeat', {}],
  () => [
    'MeterValues',
    {
      connectorId: 1,
      transactionId: 3,
      meterValue: [
        {
          timestamp: now(),
          sampledValue: [
            {
              value: '100',
              context: 'Sample.Periodic',
              measurand: 'Energy.Active.Import.Register',
              unit: 'Wh',
              location: 'Outlet',
            },
            { value: '16.2', measurand: 'Current.Import', phase: 'L1', unit: 'A', format: 'Raw' },
          ],
        },
      ],
    },
  ],
  () => ['StartTransaction', { connectorId: 1, idTag: '04A1B2C3', meterStart: 100, timestamp: now(), reservationId: 1 }],
  () => [
    'StatusNotification',
    { connectorId: 1, status: 'Charging', errorCode: 'NoError', timestamp: now(), info: 'i', vendorId: 'v' },
  ],
  () => [
    'StopTransaction',
    { transactionId: 3, idTag: '04A1B2C3', meterStop: 200, timestamp: now(), reason: 'Local', transactionData: [] },
  ],
];

const oddNumbers = [
  '1e400',
  '-1e400',
  '1e308',
  '-0',
  '9223372036854775808',
  '0.1',
  '-1',
  '4294967296',
  '1E+2',
  '00001',
  '2147483647',
];
const oddTexts = [
  '',
  ' ',
  '\u0000',
  'a'.repeat(5000),
  '\u202Egnp.exe',
  '<script>',
  "'; DROP TABLE nodes; --",
  '😀'.repeat(200),
  '222222017-01-01T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '2106-02-07T06:28:16Z',
  'NaN',
  '=1+1',
  '__proto__',
  'constructor',
  'toString',
];
/** JSON texts that no value turns into by `JSON.stringify`. */
const oddJson = [
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '{"__proto__":{"polluted":true}}',
  '{"a":1,"a":2}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '[[[[[[]]]]]]',
  '"\\u0000"',
];
const names = ['__proto__', 'constructor', 'toString', 'connectorId', 'idTag', 'timestamp', 'hasOwnProperty', '', 'length'];

/** Where a piece of JSON text is put into a payload after it became text. */
const mark = (index: number) => `"\u0001${index}"`;

/** Makes strange frames from a seed. */
export class Strangeness {
  readonly #random: Random;
  #number = 0;
  #pieces: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Strange {
    const random = this.#random;
    // Most are messages with something wrong inside; the deeper parts are reached by what looks good outside.
    if (random.chance(0.82)) return text(this.#spoiledMessage());
    if (random.chance(0.85)) return text(this.#spoiledText());
    return this.#spoiledFrame();
  }

  #spoiledMessage(): string {
    const [action, payload] = this.#random.pick(good)();
    this.#pieces = [];
    let spoiled: unknown = payload;
    for (let times = this.#random.whole(1, 3); times > 0; times--) spoiled = this.#spoil(spoiled);
    const id = this.#random.chance(0.97) ? `f${this.#number++}` : this.#random.pick(['f0', '', '\ud800', 'x'.repeat(300), 'f"1']);
    const head: unknown[] = [2, id, action];
    if (this.#random.chance(0.04)) head[this.#random.whole(0, 2)] = this.#spoil('?');
    const json = JSON.stringify([...head, spoiled]);
    return this.#pieces.reduce((result, piece, index) => result.replace(JSON.stringify(`\u0001${index}`), () => piece), json);
  }

  /** A value with one thing in it changed. */
  #spoil(value: unknown): unknown {
    const random = this.#random;
    if (Array.isArray(value) && value.length > 0 && random.chance(0.8)) {
      const copy = [...value];
      const at = random.whole(0, copy.length - 1);
      copy[at] = this.#spoil(copy[at]);
      return random.chance(0.05) ? Array.from({ length: 200 }, () => copy[at]) : copy;
    }
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && random.chance(0.9)) {
      const members = Object.entries(value);
      const at = random.whole(0, Math.max(0, members.length - 1));
      const [name, member] = members[at] ?? ['none', null];
      const what = random.next();
      if (what < 0.1) members.splice(at, 1);
      else if (what < 0.2) members.push([random.pick(names), this.#odd()]);
      else if (what < 0.3) members[at] = [random.chance(0.5) ? name.toUpperCase() : `${name} `, member];
      else members[at] = [name, this.#spoil(member)];
      // Not fromEntries: __proto__ has to become a member of the text.
      return Object.assign(Object.create(null), ...members.map(([key, item]) => ({ [key]: item })));
    }
    return this.#odd();
  }

  #odd(): unknown {
    const random = this.#random;
    switch (random.whole(0, 8)) {
      case 0:
        return null;
      case 1:
        return random.chance(0.5);
      case 2:
        return this.#piece(random.pick(oddNumbers));
      case 3:
        return this.#piece(random.pick(oddJson));
      case 4:
        return this.#piece(deep(random.whole(2, 3000)));
      case 5:
        return [];
      case 6:
        return { [random.pick(names)]: random.pick(oddTexts) };
      case 7:
        return random.whole(-(2 ** 31), 2 ** 31);
      default:
        return random.pick(oddTexts);
    }
  }

  #piece(json: string): string {
    this.#pieces.push(json);
    return JSON.parse(mark(this.#pieces.length - 1).replace('\u0001', '\\u0001'));
  }

  /** A message of which the text itself is broken. */
  #spoiledText(): string {
    const random = this.#random;
    const [action, payload] = random.pick(good)();
    const whole = JSON.stringify([random.pick([2, 2, 2, 3, 4, 5, '2', null]), `t${this.#number++}`, action, payload]);
    const at = random.whole(0, whole.length - 1);
    switch (random.whole(0, 5)) {
      case 0:
        return whole.slice(0, at);
      case 1:
        return whole.slice(0, at) + String.fromCharCode(random.whole(1, 0xd7ff)) + whole.slice(at + 1);
      case 2:
        return whole + whole;
      case 3:
        return whole.replaceAll(random.pick(['"', ':', ',', '{', '}', ']']), random.pick(['', ' ', ',', '\u0000']));
      case 4:
        return JSON.stringify(
          random.pick<unknown>([null, 1, 'x', {}, [], [2], [3, 'none', {}], [4, 'none', 'GenericError', '', {}], whole]),
        );
      default:
        return deep(random.whole(1, 15_000));
    }
  }

  /** A frame that WebSocket itself forbids, or that is too much. */
  #spoiledFrame(): Strange {
    const random = this.#random;
    const [action, payload] = random.pick(good)();
    const json = Buffer.from(JSON.stringify([2, `w${this.#number++}`, action, payload]));
    switch (random.whole(0, 7)) {
      case 0:
        return { bytes: frame(2, json), ends: false };
      case 1:
        return { bytes: frame(9, json.subarray(0, 100)), ends: false };
      case 2:
        return { bytes: frame(1, Buffer.from([0x22, 0xc3, 0x28, 0xff, 0x22])), ends: true };
      case 3:
        return { bytes: frame(1, Buffer.alloc(70_000 + random.whole(0, 100_000), 'x')), ends: true };
      case 4:
        return { bytes: frame(random.pick([3, 4, 5, 6, 7, 11, 15]), json), ends: true };
      case 5:
        // Only its head says that it is a GiB.
        return { bytes: Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]), ends: true };
      case 6:
        // A message in parts of which the last never comes.
        return { bytes: Buffer.concat([frame(1, json.subarray(0, 20), false), frame(0, json.subarray(20), false)]), ends: true };
      default:
        return { bytes: Buffer.from(Array.from({ length: random.whole(2, 200) }, () => random.whole(0, 255))), ends: true };
    }
  }
}

const text = (json: string): Strange => ({ bytes: frame(1, Buffer.from(json)), ends: false });
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
