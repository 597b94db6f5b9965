import type { Authentication } from '../../../shared/model/session.ts';
import { type TagRow, tagsByText } from '../../storage/tags.ts';
import type { Central } from '../central.ts';
import { type Deed, isAwaited } from '../command/proof.ts';
import type { Station } from '../station/station.ts';
import { formsOfTag } from './forms.ts';

/** What a tag may do, in OCPP's words; `tagId` and `accountId` are row ids of the tag that was recognised. */
export type TagStatus = Readonly<{
  status: 'Accepted' | 'Blocked' | 'Expired' | 'Invalid' | 'ConcurrentTx';
  parentIdTag: string | null;
  expiresAt: number | null;
  tagId: number | null;
  accountId: number | null;
}>;

export type StartAuthorization = Readonly<{ tag: TagStatus; authentication: Authentication }>;

const stranger: TagStatus = { status: 'Invalid', parentIdTag: null, expiresAt: null, tagId: null, accountId: null };

/**
 * Whether a tag may charge here (OCPP 1.6 §4.1). It may be in use elsewhere: ConcurrentTx is an answer to a start only (FACTS §6.2).
 * `connectorId` is null when the station does not say where; then an outlet that is OPEN is enough.
 */
export async function authorize(
  central: Central,
  station: Station,
  idTag: string,
  connectorId: number | null,
): Promise<TagStatus> {
  const tag = statusAt(await tagOf(central, idTag), central.clock.now());
  return tag.status !== 'Accepted' && isOpen(station, connectorId) ? { ...tag, status: 'Accepted' } : tag;
}

/**
 * Whether a session may begin, and how the right to it was shown. `at` is when it began: a start from a station's queue is not judged by
 * the time that it reached us. `exceptSessionId` is the session itself when its start is repeated.
 */
export async function authorizeStart(
  central: Central,
  station: Station,
  start: Readonly<{ idTag: string; connectorId: number; at: number; exceptSessionId: number | null }>,
): Promise<StartAuthorization> {
  const row = await tagOf(central, start.idTag);
  const tag = statusAt(row, start.at);
  const asked: Deed = { did: 'started', connectorId: start.connectorId, idTag: start.idTag, sessionId: 0 };
  const authentication = isAwaited(central.proofs, station.id, asked) ? 'remote' : 'rfid';
  if (isOpen(station, start.connectorId)) {
    // Anyone charges here; a tag that is known is still worth noting.
    if (row) return { tag: { ...tag, status: 'Accepted' }, authentication };
    const isFreeVend = /^(NFC[_-]?)?FREE/i.test(start.idTag);
    return { tag: { ...tag, status: 'Accepted' }, authentication: isFreeVend ? 'free' : 'anonymous' };
  }
  if (row && tag.status === 'Accepted' && row.maxSessions !== null) {
    const others = sessionsOf(central, row.id, start.exceptSessionId);
    if (others >= row.maxSessions) return { tag: { ...tag, status: 'ConcurrentTx' }, authentication };
  }
  return { tag, authentication };
}

/** What the registration of a tag says at a time; null: it is not registered. */
export function statusAt(row: TagRow | null, at: number): TagStatus {
  if (!row) return stranger;
  const found = { parentIdTag: row.parentIdTag, expiresAt: row.validUntil, tagId: row.id, accountId: row.accountId };
  if (row.blocked || row.accountBlocked) return { ...found, status: 'Blocked' };
  if (row.validUntil !== null && at > row.validUntil) return { ...found, status: 'Expired' };
  if (row.validFrom !== null && at < row.validFrom) return { ...found, status: 'Invalid' };
  return { ...found, status: 'Accepted' };
}

/** The registered tag that a text means. Its own text comes first; when two others fit, it means neither. */
async function tagOf(central: Central, idTag: string): Promise<TagRow | null> {
  const forms = formsOfTag(idTag);
  if (forms.length === 0) return null;
  const rows = await tagsByText(central.storage.read, forms);
  const exact = rows.find((row) => row.idTag === forms[0]);
  return exact ?? (rows.length === 1 ? (rows[0] ?? null) : null);
}

function isOpen(station: Station, connectorId: number | null): boolean {
  if (connectorId !== null && connectorId > 0) return station.connectors.get(connectorId)?.mode === 'OPEN';
  return station.connectors.values().some((connector) => connector.connectorId > 0 && connector.mode === 'OPEN');
}

/** How many sessions of a tag are charging now. */
function sessionsOf(central: Central, tagId: number, exceptSessionId: number | null): number {
  let sessions = 0;
  for (const station of central.stations.all())
    for (const { session } of station.connectors.values())
      if (session?.tagId === tagId && session.state === 'charging' && session.id !== exceptSessionId) sessions++;
  return sessions;
}
