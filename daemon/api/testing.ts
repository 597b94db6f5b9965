import { randomUUIDv7 } from 'node:crypto';
import type { Role } from '../../shared/model/rights.ts';
import type { Central } from '../domain/central.ts';
import type { Station } from '../domain/station/station.ts';
import { type TestCentral, testCentral, testPerson } from '../domain/testing.ts';
import { createNode } from '../domain/topology/create.ts';
import type { LiveNode } from '../domain/topology/live-tree.ts';
import { hashToken, newToken } from '../domain/user/token.ts';
import { insertAccessToken } from '../storage/access-tokens.ts';
import { insertAccount, insertSiteRights } from '../storage/accounts.ts';
import { db, statement } from '../storage/db.ts';
import { insertFirmware } from '../storage/firmware.ts';
import { insertSignIn } from '../storage/sign-ins.ts';
import type { SessionsTable } from '../storage/tables.ts';
import { insertTag } from '../storage/tag-list.ts';
import { insertStationFile, insertTransfer } from '../storage/transfers.ts';
import { t } from './procedure.ts';
import { router } from './router.ts';
import type { Visitor } from './visitor.ts';

/** A site with a floor, a station with two outlets on it, and an EV user who belongs there. */
export type TestSite = Readonly<{ site: LiveNode; floor: LiveNode; node: LiveNode; station: Station; evUser: TestAccount }>;
export type TestAccount = Readonly<{ id: number; publicId: string; email: string; token: string }>;

/** The real domain with two sites, somebody of each role, and the API to call as any of them. */
export type TestWorld = Readonly<{
  made: TestCentral;
  central: Central;
  own: TestSite;
  foreign: TestSite;
  administrator: TestAccount;
  support: TestAccount;
  /** Site administrator of `own`. */
  siteAdministrator: TestAccount;
  addAccount(role: Role, sites?: readonly LiveNode[], change?: { mustChangePassword?: number }): Promise<TestAccount>;
  addSite(name: string): Promise<TestSite>;
  addSession(site: TestSite, session?: Partial<SessionsTable>): Promise<{ id: number; publicId: string }>;
  addTag(owner: TestAccount | null): Promise<{ publicId: string; idTag: string }>;
  addFirmware(): Promise<{ publicId: string }>;
  /** A file that a station sent, as a row; there is nothing on the disk. */
  addStationFile(site: TestSite): Promise<{ fileId: string; transferId: string }>;
  addAccessToken(role: Role): Promise<{ publicId: string; token: string }>;
  /** Calls a procedure; of a subscription the first message is returned. */
  call(token: string | null, path: string, input?: unknown, visitor?: Partial<Visitor>): Promise<unknown>;
}>;

/** Nobody's password has this hash; accounts of tests sign in by their token. */
const noPassword = '$argon2id$v=19$m=19456,t=2,p=1$bm9zdWNoYWNjb3VudA$7n0d1Y0mW6cK8gqkQ0b4bGxkq2N1r0v1hV2m3n4o5p4';

export async function testWorld(): Promise<TestWorld> {
  const made = await testCentral();
  const { central } = made;
  const now = () => central.clock.now();

  const addAccount: TestWorld['addAccount'] = async (role, sites = [], change = {}) => {
    const publicId = randomUUIDv7();
    const email = `${publicId}@example.org`;
    const [written] = await central.storage.write([
      insertAccount({
        ...{ publicId, role, email, passwordHash: noPassword, firstName: role, lastName: 'Test' },
        ...{ createdAt: now(), updatedAt: now(), updatedBy: 'test', ...change },
      }),
      insertSiteRights(
        publicId,
        sites.map((site) => site.id),
      ),
    ]);
    const id = written?.id ?? 0;
    const token = newToken('signIn');
    const expiresAt = now() + central.settings.signInAbsoluteMs;
    const row = {
      publicId: randomUUIDv7(),
      tokenHash: hashToken(token),
      accountId: id,
      createdAt: now(),
      lastSeenAt: now(),
      expiresAt,
    };
    await central.storage.write([insertSignIn({ ...row, address: '192.0.2.1', userAgent: 'test' })]);
    return { id, publicId, email, token };
  };

  const addSite = async (name: string): Promise<TestSite> => {
    const site = await createNode(central, testPerson, { parentId: central.tree.root().publicId, kind: 'site', name });
    const floor = await createNode(central, testPerson, { parentId: site.publicId, kind: 'floor', name: `${name} floor` });
    const node = await createNode(central, testPerson, {
      ...{ parentId: floor.publicId, kind: 'station', name: `${name} station`, chargeBoxId: `CBX-${name}`, outlets: 2 },
    });
    const station = central.stations.byId(node.id);
    if (!station) throw new Error('the station was not registered');
    return { site, floor, node, station, evUser: await addAccount('evUser', [site]) };
  };

  const addSession: TestWorld['addSession'] = async ({ site, station, evUser }, session = {}) => {
    const publicId = session.publicId ?? randomUUIDv7();
    const row = {
      ...{
        publicId,
        stationId: station.id,
        siteId: site.id,
        connectorId: 1,
        idTag: `T${publicId.slice(-8)}`,
        accountId: evUser.id,
      },
      ...{ outletId: null, tagId: null, authentication: 'rfid', tagStatus: 'Accepted', state: 'ended', meterStartWh: 1000 },
      ...{ startedAt: now() - 7_200_000, startedAtStation: now() - 7_200_000, receivedAt: now() - 7_200_000 },
      ...{ endedAt: now() - 3_600_000, durationMs: 3_600_000, meterStopWh: 6000, energyWh: 5000, flags: '[]' },
      ...session,
    };
    const [written] = await central.storage.write([statement(db.insertInto('sessions').values(row as never))]); // the rest may be null
    return { id: written?.id ?? 0, publicId };
  };

  const addTag: TestWorld['addTag'] = async (owner) => {
    const publicId = randomUUIDv7();
    const idTag = publicId.replaceAll('-', '').slice(-14).toUpperCase();
    const row = {
      publicId,
      idTag,
      label: '',
      parentIdTag: null,
      blocked: 0,
      validFrom: null,
      validUntil: null,
      maxSessions: null,
    };
    await central.storage.write([insertTag({ ...row, createdAt: now() }, owner?.publicId ?? null)]);
    return { publicId, idTag };
  };

  const addAccessToken: TestWorld['addAccessToken'] = async (role) => {
    const token = newToken('access');
    const publicId = randomUUIDv7();
    const row = { publicId, name: 'script', role, tokenHash: hashToken(token), createdAt: now(), createdBy: 'test' };
    await central.storage.write([insertAccessToken({ ...row, expiresAt: null, lastUsedAt: null, revokedAt: null })]);
    return { publicId, token };
  };

  const addFirmware: TestWorld['addFirmware'] = async () => {
    const publicId = randomUUIDv7();
    const words = { name: 'Firmware', fileName: 'f.bin', maker: '', model: '', version: '1', notes: '', uploadedBy: 'test' };
    await central.storage.write([insertFirmware({ publicId, ...words, sizeBytes: 1, sha256: '', uploadedAt: now() })]);
    return { publicId };
  };

  const addStationFile: TestWorld['addStationFile'] = async ({ station }) => {
    const [transferId, fileId] = [randomUUIDv7(), randomUUIDv7()];
    const times = { scheduledAt: now(), expiresAt: now() + 60_000, createdAt: now(), createdBy: 'test', endedAt: null };
    const none = { firmwareId: null, status: null, problem: null, commandId: null, fromAt: null, untilAt: null, sizeBytes: null };
    const words = { kind: 'diagnostics', protocol: 'ftp', server: 'builtIn', user: transferId, secretHash: '', state: 'waiting' };
    const [written] = await central.storage.write([
      insertTransfer({ publicId: transferId, stationId: station.id, ...words, ...none, ...times }),
    ]);
    const file = { publicId: fileId, transferId: written?.id ?? 0, stationId: station.id, name: 'log.txt', receivedAt: now() };
    await central.storage.write([insertStationFile({ ...file, sizeBytes: 1, sha256: null, partial: 0 })]);
    return { fileId, transferId };
  };

  const callerOf = t.createCallerFactory(router);
  const call: TestWorld['call'] = async (token, path, input, visitor = {}) => {
    const base = { address: '192.0.2.1', userAgent: 'test', token, setCookie: () => {}, backlog: () => 0 };
    const surroundings = { central, addresses: () => ({ console: [], ocpp16: [], ocpp16Tls: [], ocpp15: [], ocpp16Soap: [] }) };
    const caller = callerOf({ ...surroundings, visitor: { ...base, ...visitor } });
    const [area = '', name = ''] = path.split('.');
    // A caller has its procedures by name; tests walk them as data.
    const answer = await (caller as never as Record<string, Record<string, (input: unknown) => Promise<unknown>>>)[area]?.[
      name
    ]?.(input);
    return isMessages(answer) ? first(answer) : answer;
  };

  const own = await addSite('Own');
  const foreign = await addSite('Foreign');
  const administrator = await addAccount('administrator');
  const support = await addAccount('support');
  const siteAdministrator = await addAccount('siteAdministrator', [own.site]);
  return {
    ...{ made, central, own, foreign, administrator, support, siteAdministrator },
    ...{ addAccount, addSite, addSession, addTag, addFirmware, addStationFile, addAccessToken, call },
  };
}

const isMessages = (answer: unknown): answer is AsyncIterable<unknown> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;

async function first(messages: AsyncIterable<unknown>): Promise<unknown> {
  for await (const message of messages) return message;
  throw new Error('a subscription ended without a message');
}
