import type { Command, LocalListEntry, StationRequest } from '../../../shared/model/command.ts';
import type { LocalListProgress } from '../../../shared/model/local-list.ts';
import { localListOf, noteLocalListVersion, setLocalListAutomatic } from '../../storage/local-lists.ts';
import type { Central } from '../central.ts';
import { carryOut } from '../command/carry-out.ts';
import { newCommand, storedCommand } from '../command/new-command.ts';
import { ruleFor } from '../command/rules.ts';
import { cannotGo, enter, leave } from '../command/send.ts';
import { beyondLimit } from '../command/station-limit.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import { isRefusal, isUnsupported, limitsOfList } from './list-facts.ts';
import { asEntry, differenceOf, heldList, wantedList } from './wanted-list.ts';

type ListRequest = Extract<StationRequest, { kind: 'sendLocalList' }>;

/** Entries in a message to a station that has not told its limit. */
const mostInMessage = 200;
const sending = new WeakMap<Station, LocalListProgress>();
const begun: LocalListProgress = { update: 'full', sent: 0, total: 0 };

/** How far the list of a station has come; null: none is on its way. */
export const progressOf = (station: Station): LocalListProgress | null => sending.get(station) ?? null;

/** Switches on or off that changes go to a station by themselves. */
export async function setAutomatic(central: Central, person: Person, station: Station, automatic: boolean): Promise<void> {
  await central.storage.write([
    setLocalListAutomatic(station.id, automatic),
    audit(central, person, {
      action: 'localList.setAutomatic',
      subject: station.chargeBoxId,
      siteId: station.siteId,
      after: { automatic },
    }),
  ]);
  central.publish({ kind: 'localLists.changed', stationId: station.id });
}

/**
 * Begins to send a station what it lacks, or with `full` the whole list; resolves when it is under way, `done` when it is over. Refuses with
 * `stationOffline`, `notSupportedByStation`, `stationBusy`, and `stationLimit` when the list is longer than the station can hold.
 */
export async function sendLocalList(
  central: Central,
  person: Person,
  station: Station,
  isFull: boolean,
): Promise<Readonly<{ done: Promise<void> }>> {
  const why = cannotGo(station, { kind: 'sendLocalList', update: 'full', listVersion: 1, entries: [] });
  if (why !== null) throw new DomainError(why);
  if (sending.has(station)) throw new DomainError('stationBusy');
  sending.set(station, begun);
  try {
    const wanted = (await wantedList(central, station)).map(asEntry);
    const limits = await limitsOfList(central, station);
    if (limits.maxEntries !== null && wanted.length > limits.maxEntries)
      throw beyondLimit('LocalAuthListMaxLength', limits.maxEntries, wanted.length, 'stationId');
    sending.set(station, { ...begun, total: wanted.length });
    const atOnce = Math.max(1, Math.min(limits.maxPerMessage ?? mostInMessage, 10_000));
    const done = bringInStep(central, person, station, { isFull, atOnce })
      .catch((err: unknown) => station.log.warn({ err }, 'local list not sent'))
      .finally(() => {
        sending.delete(station);
        central.publish({ kind: 'station.changed', stationId: station.id });
      });
    central.publish({ kind: 'station.changed', stationId: station.id });
    return { done };
  } catch (error) {
    sending.delete(station);
    throw error;
  }
}

/**
 * A differential list where the station still holds what it accepted last, else the whole one (FACTS §6.10). What a differential list cannot
 * do, the whole one does; that is tried once.
 */
async function bringInStep(
  central: Central,
  person: Person,
  station: Station,
  { isFull, atOnce }: Readonly<{ isFull: boolean; atOnce: number }>,
): Promise<void> {
  const row = await localListOf(central.storage.read, station.id);
  const theirs = await askVersion(central, station);
  const wanted = await wantedList(central, station);
  const difference = differenceOf(wanted, await heldList(central, station));
  const knows = row?.version != null && !isRefusal(row.answer) && (theirs === null || theirs === row.version);
  let version = Math.max(row?.version ?? 0, row?.triedVersion ?? 0, theirs ?? 0);
  const send = async (update: ListRequest['update'], entries: readonly LocalListEntry[]) => {
    for (let from = 0; from === 0 || from < entries.length; from += atOnce) {
      const part = entries.slice(from, from + atOnce);
      // A full list that is longer than a message goes on as differential ones.
      const kind = from === 0 ? update : 'differential';
      sending.set(station, { update, sent: from, total: entries.length });
      const { state, answer } = await ask(central, person, station, {
        kind: 'sendLocalList',
        update: kind,
        listVersion: ++version,
        entries: part,
      });
      if (state !== 'accepted') return answer;
    }
    return 'Accepted';
  };
  if (!isFull && knows && difference.length > 0) {
    const answer = await send('differential', difference);
    if (answer === 'Accepted' || isUnsupported(answer) || !station.link) return;
    version = Math.max(version, (await askVersion(central, station)) ?? 0);
  }
  await send('full', wanted.map(asEntry));
}

/** The version that a station says it holds; null when it does not say, or keeps no list. */
async function askVersion(central: Central, station: Station): Promise<number | null> {
  if (!station.link?.supports('getLocalListVersion')) return null;
  const answer = await station.link.call({ kind: 'getLocalListVersion' }, () => {});
  const version = answer.outcome === 'accepted' ? Number(answer.answer) : Number.NaN;
  if (!Number.isInteger(version)) return null;
  await central.storage.write([noteLocalListVersion(station.id, version, central.clock.now())]);
  return version >= 0 ? version : null;
}

/** Whether a station has lost or changed the list that it accepted: it says another version. */
export async function hasOtherVersion(central: Central, station: Station): Promise<boolean> {
  const row = await localListOf(central.storage.read, station.id);
  const theirs = await askVersion(central, station);
  return theirs !== null && theirs !== (row?.version ?? 0);
}

/** Sends one message, as a command in the station's history. */
async function ask(central: Central, person: Person, station: Station, request: ListRequest): Promise<Command> {
  const link = enter(station, request);
  try {
    await ruleFor(request).check(central, station, request);
    const command = newCommand(central, person, station, request);
    await central.storage.write([
      storedCommand(station, command),
      audit(central, person, {
        action: 'localList.send',
        subject: station.chargeBoxId,
        siteId: station.siteId,
        after: { update: request.update, listVersion: request.listVersion, entries: request.entries.length },
      }),
    ]);
    central.publish({ kind: 'command.changed', stationId: station.id, commandId: command.id });
    await carryOut(central, station, link, request, command);
    return command;
  } finally {
    leave(station);
  }
}
