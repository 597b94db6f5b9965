import { randomUUIDv7 } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import type { StationRequest } from '../../shared/model/command.ts';
import type { OutletMode, SecurityProfile } from '../../shared/model/node.ts';
import { db, statement } from '../storage/db.ts';
import { openStorage } from '../storage/open.ts';
import type { Storage } from '../storage/storage.ts';
import type { Central, DomainEvent, Settings } from './central.ts';
import { openCentral } from './open-central.ts';
import { boot } from './station/boot.ts';
import { connected } from './station/connect.ts';
import type { Station, StationAnswer, StationLink } from './station/station.ts';
import { createNode } from './topology/create.ts';
import type { Person } from './user/person.ts';

/** Sunday 22 November 2026, 12:00 UTC: when tests begin, unless they say otherwise. */
export const testStart = Date.UTC(2026, 10, 22, 12);

/** A clock that stands still until it is moved. */
export type TestClock = { now(): number; set(at: number): void; advance(ms: number): void };

export function testClock(start = testStart): TestClock {
  let now = start;
  return {
    now: () => now,
    set: (at) => {
      now = at;
    },
    advance: (ms) => {
      now += ms;
    },
  };
}

export const testSettings: Settings = {
  heartbeatIntervalS: 300,
  pingIntervalS: 60,
  readStationKeys: true,
  callTimeoutMs: 30_000,
  soapCallNetworks: [],
  signInIdleMs: 30 * 60_000,
  signInAbsoluteMs: 12 * 3_600_000,
  defaultTimeZone: 'Europe/Oslo',
  files: {
    folder: join(tmpdir(), `charge-portal-files-${process.pid}`),
    keyFile: join(tmpdir(), `charge-portal-files-${process.pid}.key`),
    maxFileBytes: 1_000_000,
    quotaBytes: 2_000_000,
    bytesPerSecond: 0,
    jobMs: 30 * 60_000,
  },
};

/** Whoever may do everything. */
export const testPerson: Person = {
  accountId: null,
  publicId: 'test',
  name: 'Test Person',
  email: 'test@example.org',
  role: 'administrator',
  scope: { kind: 'all' },
  signInId: null,
  mustChangePassword: false,
  address: '192.0.2.1',
};

/** A line to a station of the test's making: it keeps what was asked and answers as it is told. */
export type TestLink = StationLink & {
  readonly requests: StationRequest[];
  readonly closed: string[];
  answer: (request: StationRequest) => StationAnswer | Promise<StationAnswer>;
  isAlive: boolean;
};

export function testLink(clock: TestClock, address = '192.0.2.10'): TestLink {
  const link: TestLink = {
    protocol: 'OCPP 1.6J',
    secure: false,
    address,
    connectedAt: clock.now(),
    requests: [],
    closed: [],
    answer: () => ({ outcome: 'accepted', answer: 'Accepted' }),
    isAlive: true,
    supports: () => true,
    async call(request, onSent) {
      link.requests.push(request);
      onSent();
      return link.answer(request);
    },
    probe: async () => link.isAlive,
    close: (reason) => void link.closed.push(reason),
  };
  return link;
}

export type TestStation = Readonly<{
  chargeBoxId?: string;
  securityProfile?: SecurityProfile;
  password?: string;
  /** Modes of its outlets, from connector 1 on. */
  outlets?: readonly OutletMode[];
  /** Whether it is connected and accepted; it is, unless said otherwise. */
  isOnline?: boolean;
}>;

export type TestTag = Readonly<{
  idTag: string;
  blocked?: boolean;
  validFrom?: number;
  validUntil?: number;
  parentIdTag?: string;
  maxSessions?: number;
}>;

export type TestCentral = Readonly<{
  central: Central;
  clock: TestClock;
  /** What was told since the beginning; changes of the tree are left out. */
  published: DomainEvent[];
  /** The first station, connected, with outlets 1 and 2. */
  station: Station;
  siteId: number;
  addStation(station?: TestStation): Promise<Station>;
  addTag(tag: TestTag): Promise<void>;
  /** The same database under a new domain, as after a restart of the daemon. */
  restart(): Promise<TestCentral>;
  close(): Promise<void>;
}>;

const silent: Logger = pino({ level: 'silent' });

/** The real domain over a database in memory, with a site, a station and a clock that the test moves (STYLE §5). */
export async function testCentral(
  given: Readonly<{
    tags?: readonly (string | TestTag)[];
    station?: TestStation;
    start?: number;
    file?: string;
    settings?: Partial<Settings>;
  }> = {},
): Promise<TestCentral> {
  const clock = testClock(given.start);
  const storage = await openStorage({ file: given.file ?? ':memory:', log: silent });
  const settings = { ...testSettings, ...given.settings };
  const central = await openCentral({ storage, clock, log: silent, settings });
  const root = central.tree.root();
  const site = await createNode(central, testPerson, { parentId: root.publicId, kind: 'site', name: 'Site' });
  const made = joined(central, storage, clock, settings, site.publicId);
  const station = await made.addStation(given.station);
  for (const tag of given.tags ?? []) await made.addTag(typeof tag === 'string' ? { idTag: tag } : tag);
  made.published.length = 0;
  return { ...made, station };
}

function joined(
  central: Central,
  storage: Storage,
  clock: TestClock,
  settings: Settings,
  site: string,
): Omit<TestCentral, 'station'> {
  const published: DomainEvent[] = [];
  central.subscribe((event) => {
    if (event.kind !== 'tree.changed') published.push(event);
  });
  let stations = 0;
  return {
    central,
    clock,
    published,
    siteId: central.tree.byPublicId(site)?.id ?? 0,
    async addStation(given = {}) {
      stations++;
      const chargeBoxId = given.chargeBoxId ?? `CB-${stations}`;
      const node = await createNode(central, testPerson, {
        parentId: site,
        kind: 'station',
        name: `Station ${stations}`,
        chargeBoxId,
        securityProfile: given.securityProfile ?? 0,
        ...(given.password !== undefined && { password: given.password }),
        outlets: given.outlets ?? ['RFID', 'RFID'],
      });
      const station = central.stations.byId(node.id);
      if (!station) throw new Error('the station was not registered');
      if (given.isOnline ?? true) await comeOnline(central, station, clock);
      return station;
    },
    async addTag(tag) {
      await storage.write([
        statement(
          db.insertInto('tags').values({
            publicId: randomUUIDv7(),
            accountId: null,
            idTag: tag.idTag.toUpperCase(),
            label: '',
            parentIdTag: tag.parentIdTag ?? null,
            blocked: tag.blocked ? 1 : 0,
            validFrom: tag.validFrom ?? null,
            validUntil: tag.validUntil ?? null,
            maxSessions: tag.maxSessions ?? null,
            createdAt: clock.now(),
          }),
        ),
      ]);
    },
    async restart() {
      await central.close();
      const again = await openCentral({ storage, clock, log: silent, settings });
      const remade = joined(again, storage, clock, settings, site);
      const [station] = again.stations.all();
      if (!station) throw new Error('no station came back');
      return { ...remade, station };
    },
    async close() {
      await central.close();
      await storage.close();
    },
  };
}

const bootFacts = {
  vendor: 'Vendor',
  model: 'Model',
  serialNumber: null,
  boxSerialNumber: null,
  firmware: '1.0',
  iccid: null,
  imsi: null,
  meterType: null,
  meterSerialNumber: null,
};

async function comeOnline(central: Central, station: Station, clock: TestClock): Promise<void> {
  station.configurationReadAt = clock.now(); // Else it is asked for its configuration in the middle of a test.
  await connected(central, station, testLink(clock), true);
  await boot(central, station, bootFacts);
}
