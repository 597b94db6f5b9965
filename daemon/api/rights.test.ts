import { TRPCError } from '@trpc/server';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contract } from '../../shared/api/api.ts';
import type { Procedure } from '../../shared/api/contract.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { apiError } from './errors.ts';
import { type TestAccount, type TestSite, type TestWorld, testWorld } from './testing.ts';

/** What a call meets: it may go ahead, or the refusal. */
type Outcome = 'yes' | ErrorCode;

/** Outcomes by who calls; `own` and `foreign` are the site administrator's, about the own site and another one. */
type Row = Readonly<{
  nobody: Outcome;
  evUser: Outcome;
  support: Outcome;
  own: Outcome;
  foreign: Outcome;
  administrator: Outcome;
  /** What it is called with, about a site. */
  input?: (world: TestWorld, site: TestSite, caller: TestAccount | null) => unknown;
  /** Refusals that come only after the rights were found to be there. */
  later?: readonly ErrorCode[];
}>;

const everyone = { nobody: 'yes', evUser: 'yes', support: 'yes', own: 'yes', foreign: 'yes', administrator: 'yes' } as const;
const signedIn = { ...everyone, nobody: 'notSignedIn' } as const;
const personal = { ...signedIn, later: ['accountUnknown', 'passwordWrong'] } as const;
const staff = { ...signedIn, evUser: 'rightMissing' } as const;
const ofNode = { ...staff, foreign: 'nodeUnknown' } as const;
const notSupport = { ...ofNode, support: 'rightMissing' } as const;
const ofAccount = { ...notSupport, foreign: 'accountUnknown' } as const;
const ofFile = { ...ofNode, foreign: 'fileUnknown', later: ['fileUnknown'] } as const;
const administrators = { ...staff, support: 'rightMissing', own: 'rightMissing', foreign: 'rightMissing' } as const;

const stationInput = (_: TestWorld, { node }: TestSite) => ({ stationId: node.publicId });
const fileInput = async (world: TestWorld, site: TestSite) => ({ fileId: (await world.addStationFile(site)).fileId });
const rows = { filters: [], sort: [], limit: 10 };
const password = 'correct horse 1';
let unique = 0;

/** Every procedure and who may call it. A new procedure fails here until somebody has decided (SECURITY R17). */
const decisions: Readonly<Record<string, Row>> = {
  'account.signIn': {
    ...everyone,
    input: () => ({ email: 'nobody@example.org', password }),
    later: ['signInRefused', 'signInLocked'],
  },
  'account.signOut': {
    ...signedIn,
    input: () => ({}),
  },
  'account.me': signedIn,
  'account.changePassword': {
    ...personal,
    input: () => ({ oldPassword: password, newPassword: 'another horse 2' }),
    later: ['passwordWrong', 'accountUnknown', 'signInLocked'],
  },
  'account.changeEmail': {
    ...personal,
    input: () => ({ email: 'new@example.org', password }),
    later: ['passwordWrong', 'accountUnknown', 'signInLocked'],
  },
  'account.saveSettings': { ...personal, input: () => ({ theme: 'dark' }) },
  'account.signIns': personal,
  'account.endSignIn': { ...personal, input: () => ({ id: 'none' }) },
  'account.views': { ...personal, input: () => ({ table: 'sessions' }) },
  'account.saveView': {
    ...personal,
    input: () => ({ table: 'sessions', view: { name: '', columns: [], filters: [], sort: [] } }),
  },
  'account.removeView': { ...personal, input: () => ({ table: 'sessions', name: '' }) },

  'localList.get': { ...ofNode, input: stationInput },
  'localList.entries': { ...ofNode, input: (_, { node }) => ({ stationId: node.publicId, limit: 10 }) },
  'localList.sendNow': { ...ofNode, input: stationInput, later: ['stationOffline'] },
  'localList.setAutomatic': { ...ofNode, input: (_, { node }) => ({ stationId: node.publicId, automatic: true }) },

  'diagnostics.request': { ...ofNode, input: stationInput, later: ['stationOffline', 'fileServerRefused'] },
  'diagnostics.list': { ...ofNode, input: stationInput },
  'diagnostics.entries': { ...ofFile, input: fileInput },
  'diagnostics.lines': { ...ofFile, input: async (world, site) => ({ ...(await fileInput(world, site)), from: 1, count: 10 }) },
  'diagnostics.search': { ...ofFile, input: async (world, site) => ({ ...(await fileInput(world, site)), text: 'x' }) },
  'diagnostics.link': { ...ofFile, input: fileInput },
  'diagnostics.remove': { ...ofFile, input: fileInput },
  'diagnostics.get': {
    ...ofNode,
    foreign: 'transferUnknown',
    input: async (world, site) => ({ transferId: (await world.addStationFile(site)).transferId }),
  },
  'diagnostics.file': { ...ofFile, input: fileInput },

  'fileServer.get': { ...staff, own: 'rightMissing', foreign: 'rightMissing' },
  'fileServer.set': {
    ...administrators,
    input: () => ({
      ...{ server: 'builtIn', protocol: 'auto', keepDays: 90 },
      external: { url: '', user: '', allowPrivate: false, trustCertificate: false },
    }),
  },
  'fileServer.test': { ...administrators, later: ['fileServerRefused'] },

  'firmware.list': staff,
  'firmware.get': { ...staff, input: async (world) => ({ firmwareId: (await world.addFirmware()).publicId }) },
  'firmware.beginUpload': {
    ...staff,
    input: () => ({ name: 'New', fileName: 'new.bin', maker: '', model: '', version: '2', notes: '', sizeBytes: 10 }),
  },
  'firmware.remove': { ...staff, input: async (world) => ({ firmwareId: (await world.addFirmware()).publicId }) },
  'firmware.assign': {
    ...ofNode,
    input: async (world, { node }) => ({ stationId: node.publicId, firmwareId: (await world.addFirmware()).publicId }),
    later: ['stationOffline', 'fileServerRefused'],
  },
  'firmware.transfers': { ...ofNode, input: stationInput },
  'firmware.versions': staff,

  'sessions.list': { ...ofNode, evUser: 'nodeUnknown', input: (_, { site }) => ({ nodeId: site.publicId, ...rows }) },
  'sessions.totals': { ...ofNode, evUser: 'nodeUnknown', input: (_, { site }) => ({ nodeId: site.publicId, filters: [] }) },
  'sessions.values': {
    ...ofNode,
    evUser: 'nodeUnknown',
    input: (_, { site }) => ({ nodeId: site.publicId, column: 'siteName' }),
  },
  'sessions.get': {
    ...ofNode,
    evUser: 'sessionUnknown',
    foreign: 'sessionUnknown',
    input: async (world, site) => ({ sessionId: (await world.addSession(site)).publicId }),
  },
  'sessions.close': {
    ...ofNode,
    foreign: 'sessionUnknown',
    input: async (world, site) => ({ sessionId: (await world.addSession(site, { state: 'charging', endedAt: null })).publicId }),
  },

  'stations.watch': { ...ofNode, input: stationInput },
  'stations.get': { ...ofNode, input: stationInput },
  'stations.send': {
    ...ofNode,
    input: (_, { node }) => ({ stationId: node.publicId, request: { kind: 'clearCache' } }),
    later: ['stationOffline'],
  },
  'stations.withdraw': {
    ...ofNode,
    input: (_, { node }) => ({ stationId: node.publicId, commandId: 'none' }),
    later: ['commandNotWaiting'],
  },
  'stations.command': {
    ...ofNode,
    input: (_, { node }) => ({ stationId: node.publicId, commandId: 'none' }),
    later: ['commandUnknown'],
  },
  'stations.commands': { ...ofNode, input: (_, { node }) => ({ stationId: node.publicId, limit: 10 }) },
  'stations.configuration': { ...ofNode, input: stationInput },
  'stations.configurationHistory': {
    ...ofNode,
    input: (_, { node }) => ({ stationId: node.publicId, key: 'HeartbeatInterval' }),
  },
  'stations.uploadConfiguration': {
    ...ofNode,
    input: (_, { node }) => ({ stationId: node.publicId, values: [{ key: 'HeartbeatInterval', value: '60' }] }),
    later: ['stationOffline'],
  },
  'stations.chargingProfiles': { ...ofNode, input: stationInput },
  'stations.deviations': { ...ofNode, input: stationInput },
  'stations.events': { ...ofNode, input: (_, { node }) => ({ stationId: node.publicId, limit: 10 }) },
  'stations.seen': staff,
  'stations.adopt': {
    ...ofNode,
    input: (_, { floor }) => ({ chargeBoxId: `NEW-${unique++}`, parentId: floor.publicId, name: 'New', securityProfile: 1 }),
  },
  'stations.setSecurity': {
    ...ofNode,
    input: (_, { node }) => ({ stationId: node.publicId, securityProfile: 1, newPassword: true }),
  },
  'stations.update': {
    ...ofNode,
    input: async (world, { node }) => ({ stationId: node.publicId, version: await versionOf(world, node.id), pingIntervalS: 30 }),
  },
  'stations.updateOutlet': {
    ...ofNode,
    input: async (world, { node }) => {
      const [outlet] = node.children;
      return { outletId: outlet?.publicId, version: await versionOf(world, outlet?.id ?? 0), parking: '12' };
    },
  },

  'system.addresses': staff,
  'system.tokens': administrators,
  'system.createToken': { ...administrators, input: () => ({ name: 'script', role: 'support', expiresAt: null }) },
  'system.revokeToken': {
    ...administrators,
    input: async (world) => ({ id: (await world.addAccessToken('support')).publicId }),
  },
  'system.audit': { ...administrators, input: () => ({ limit: 10 }) },

  'trace.list': { ...ofNode, input: (_, { node }) => ({ stationId: node.publicId, limit: 10 }) },
  'trace.watch': { ...ofNode, input: stationInput },
  'trace.get': { ...ofNode, input: (_, { node }) => ({ stationId: node.publicId, id: 1 }) },
  'trace.counts': { ...ofNode, input: stationInput },
  'trace.export': { ...ofNode, input: stationInput },
  'trace.state': staff,

  'tree.changes': { ...staff, input: () => ({}) },
  'tree.list': { ...ofNode, input: (_, { site }) => ({ belowId: site.publicId, limit: 10 }) },
  'tree.node': { ...ofNode, input: (_, { site }) => ({ nodeId: site.publicId }) },
  'tree.create': {
    ...notSupport,
    input: (_, { site }) => ({ parentId: site.publicId, kind: 'floor', name: `Floor ${unique++}` }),
  },
  'tree.update': {
    ...notSupport,
    input: async (world, { floor }) => ({
      nodeId: floor.publicId,
      version: await versionOf(world, floor.id),
      description: 'new',
    }),
  },
  'tree.move': {
    ...notSupport,
    input: async (world, { node, floor }) => ({
      ...{ nodeId: node.publicId, parentId: floor.publicId, version: await versionOf(world, node.id) },
    }),
  },
  'tree.remove': {
    ...notSupport,
    // A floor of its own for each call; it is made by the administrator.
    input: async (world, { site }) => {
      const input = { parentId: site.publicId, kind: 'floor', name: `Floor ${unique++}` };
      const floor = (await world.call(world.administrator.token, 'tree.create', input)) as { id: string; version: number };
      return { nodeId: floor.id, version: floor.version };
    },
  },

  'users.list': { ...notSupport, foreign: 'yes', input: () => ({ limit: 10 }) },
  'users.get': { ...ofAccount, input: (_, { evUser }) => ({ accountId: evUser.publicId }) },
  'users.create': {
    ...notSupport,
    input: (_, { site }) => ({
      ...{ role: 'evUser', email: `new-${unique++}@example.org`, firstName: 'New', lastName: 'User', password },
      siteIds: [site.publicId],
    }),
  },
  'users.update': {
    ...ofAccount,
    input: async (world, { site }) => ({
      ...{ accountId: (await world.addAccount('evUser', [site])).publicId, version: 1, firstName: 'Changed' },
    }),
  },
  'users.remove': {
    ...ofAccount,
    input: async (world, { site }) => ({ accountId: (await world.addAccount('evUser', [site])).publicId, version: 1 }),
  },
  'users.tags': { ...notSupport, foreign: 'yes', input: () => ({ limit: 10 }) },
  'users.createTag': {
    ...ofAccount,
    input: (_, { evUser }) => ({ idTag: `TAG${unique++}`, accountId: evUser.publicId }),
  },
  'users.updateTag': {
    ...ofAccount,
    foreign: 'tagUnknown',
    input: async (world, { evUser }) => ({ tagId: (await world.addTag(evUser)).publicId, label: 'new' }),
  },
  'users.removeTag': {
    ...ofAccount,
    foreign: 'tagUnknown',
    input: async (world, { evUser }) => ({ tagId: (await world.addTag(evUser)).publicId }),
  },
};

const procedures = Object.entries(contract).flatMap(([area, members]) =>
  Object.entries(members as Record<string, Procedure>).map(([name, procedure]) => [`${area}.${name}`, procedure] as const),
);

async function versionOf(world: TestWorld, nodeId: number): Promise<number> {
  const row = await world.central.storage.read.selectFrom('nodes').select('version').where('id', '=', nodeId).executeTakeFirst();
  return row?.version ?? 0;
}

async function outcomeOf(call: () => Promise<unknown>): Promise<{ outcome: Outcome; answer: unknown }> {
  try {
    return { outcome: 'yes', answer: await call() };
  } catch (error) {
    if (error instanceof TRPCError) return { outcome: apiError(error, '').code, answer: apiError(error, '') };
    throw error;
  }
}

/** What people keep for themselves is nobody's business, and no news to an auditor. */
const notAudited = new Set(['account.saveView', 'account.removeView', 'account.endSignIn']);

async function lastAudit(world: TestWorld): Promise<number> {
  const row = await world.central.storage.read.selectFrom('audit').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row?.id ?? 0;
}

describe('R17: roles hold, in every procedure', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await testWorld();
  });
  afterAll(() => world.made.close());

  test('every procedure has a decision, and every decision a procedure', () => {
    expect(Object.keys(decisions).toSorted()).toEqual(procedures.map(([path]) => path).toSorted());
  });

  for (const [path, procedure] of procedures) {
    const row = decisions[path];
    if (!row) continue;
    test(path, async () => {
      const shape = Compile(procedure.output);
      const cells = [
        ['nobody', row.nobody, null, world.own],
        ['evUser', row.evUser, await world.addAccount('evUser', [world.own.site]), world.own],
        ['support', row.support, await world.addAccount('support'), world.own],
        ['own', row.own, await world.addAccount('siteAdministrator', [world.own.site]), world.own],
        ['foreign', row.foreign, await world.addAccount('siteAdministrator', [world.own.site]), world.foreign],
        ['administrator', row.administrator, await world.addAccount('administrator'), world.own],
        ['administrator elsewhere', row.administrator, await world.addAccount('administrator'), world.foreign],
        ['support elsewhere', row.support, await world.addAccount('support'), world.foreign],
      ] as const;
      for (const [who, expected, caller, site] of cells) {
        const input = await row.input?.(world, site, caller);
        const visitor = { address: `192.0.2.${(unique++ % 250) + 1}` };
        const auditedBefore = await lastAudit(world);
        const { outcome, answer } = await outcomeOf(() => world.call(caller?.token ?? null, path, input, visitor));
        const allowed = expected === 'yes' ? ['yes', ...(row.later ?? [])] : [expected];
        expect(allowed, `${path} as ${who}`).toContain(outcome);
        if (outcome === 'yes')
          expect(shape.Errors(answer), `${path} as ${who}: the answer has the shape of its schema`).toEqual([]);
        if (outcome === 'yes' && procedure.kind === 'mutation' && !notAudited.has(path)) {
          expect(await lastAudit(world), `${path} as ${who} is in the audit log`).toBeGreaterThan(auditedBefore);
        }
        // A4: strangers and drivers learn no ChargeBoxId, not even from a refusal.
        if (who === 'nobody' || who === 'evUser') expect(JSON.stringify(answer)).not.toContain('CBX-');
      }
    });

    test(`${path} with an access token, an unknown one, and before the password was changed`, async () => {
      const input = async () => row.input?.(world, world.own, null);
      const script = await world.addAccessToken('administrator');
      const allowed = row.administrator === 'yes' ? ['yes', 'accountUnknown', ...(row.later ?? [])] : [row.administrator];
      expect(allowed).toContain((await outcomeOf(async () => world.call(script.token, path, await input()))).outcome);
      const stranger = (await outcomeOf(async () => world.call('cps_nobody-has-this', path, await input()))).outcome;
      expect(row.nobody === 'yes' ? ['yes', ...(row.later ?? [])] : [row.nobody]).toContain(stranger);
      const fresh = await world.addAccount('administrator', [], { mustChangePassword: 1 });
      const before = (await outcomeOf(async () => world.call(fresh.token, path, await input(), { address: '198.51.100.7' })))
        .outcome;
      if (path.startsWith('account.')) expect(before).not.toBe('passwordMustChange');
      else expect(before).toBe('passwordMustChange');
    });
  }
});
