import type { LocalListStatus } from '../../../shared/api/local-list.ts';
import type { Command, LocalListEntry, StationRequest } from '../../../shared/model/command.ts';
import type { LocalListState } from '../../../shared/model/local-list.ts';
import { localListOf, setLocalListAutomatic } from '../../storage/local-lists.ts';
import type { Central } from '../central.ts';
import { carryOut } from '../command/carry-out.ts';
import { newCommand, storedCommand } from '../command/new-command.ts';
import { ruleFor } from '../command/rules.ts';
import { cannotGo, enter, leave } from '../command/send.ts';
import { beyondLimit, limitsOf } from '../command/station-limit.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import { asEntry, differenceOf, heldList, wantedList } from './wanted-list.ts';

type ListRequest = Extract<StationRequest, { kind: 'sendLocalList' }>;

/** Entries in a message to a station that has not told its limit. */
const mostInMessage = 200;
const sending = new WeakSet<Station>();

/** Whether a station has said that it has no list: to send it one by ourselves is of no use. */
export const isUnsupported = (answer: string | null): boolean => answer === 'NotSupported' || answer === 'NotImplemented';
const isRefusal = (answer: string | null): boolean => answer !== null && answer !== 'Accepted';

async function limitsOfList(central: Central, station: Station) {
  const limits = await limitsOf(central, station, ['LocalAuthListMaxLength', 'SendLocalListMaxLength', 'LocalAuthListEnabled']);
  const enabled = limits.text('LocalAuthListEnabled')?.trim().toLowerCase();
  return {
    maxEntries: limits.number('LocalAuthListMaxLength'),
    maxPerMessage: limits.number('SendLocalListMaxLength'),
    enabled: enabled === 'true' ? true : enabled === 'false' ? false : null,
  };
}

/** How the list of a station stands: what it accepted against what it should hold. */
export async function localListStatus(central: Central, station: Station): Promise<LocalListStatus> {
  const [row, wanted, held, limits] = await Promise.all([
    localListOf(central.storage.read, station.id),
    wantedList(central, station),
    heldList(central, station),
    limitsOfList(central, station),
  ]);
  const changes = differenceOf(wanted, held).length;
  const answer = row?.answer ?? null;
  const version = row?.version ?? null;
  const isAutomatic = row?.automatic === 1;
  const isTooLong = limits.maxEntries !== null && wanted.length > limits.maxEntries;
  const stateNow = (): LocalListState => {
    if (sending.has(station)) return 'sending';
    if (isUnsupported(answer)) return 'notSupported';
    if (version === null && !isAutomatic && !isRefusal(answer)) return 'off';
    if (isTooLong) return 'tooLong';
    if (isRefusal(answer)) return 'failed';
    return version !== null && changes === 0 ? 'inStep' : 'behind';
  };
  return {
    state: stateNow(),
    automatic: isAutomatic,
    version,
    entries: held.length,
    wanted: wanted.length,
    changes,
    acceptedAt: row?.acceptedAt ?? null,
    triedAt: row?.triedAt ?? null,
    answer,
    ...limits,
  };
}

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
  sending.add(station);
  try {
    const wanted = (await wantedList(central, station)).map(asEntry);
    const limits = await limitsOfList(central, station);
    if (limits.maxEntries !== null && wanted.length > limits.maxEntries)
      throw beyondLimit('LocalAuthListMaxLength', limits.maxEntries, wanted.length, 'stationId');
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
  const theirs = await askVersion(station);
  const wanted = await wantedList(central, station);
  const difference = differenceOf(wanted, await heldList(central, station));
  const knows = row?.version != null && !isRefusal(row.answer) && (theirs === null || theirs === row.version);
  let version = Math.max(row?.version ?? 0, row?.triedVersion ?? 0, theirs ?? 0);
  const send = async (update: ListRequest['update'], entries: readonly LocalListEntry[]) => {
    for (let from = 0; from === 0 || from < entries.length; from += atOnce) {
      const part = entries.slice(from, from + atOnce);
      // A full list that is longer than a message goes on as differential ones.
      const kind = from === 0 ? update : 'differential';
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
    version = Math.max(version, (await askVersion(station)) ?? 0);
  }
  await send('full', wanted.map(asEntry));
}

/** The version that a station says it holds; null when it does not say. */
async function askVersion(station: Station): Promise<number | null> {
  if (!station.link?.supports('getLocalListVersion')) return null;
  const answer = await station.link.call({ kind: 'getLocalListVersion' }, () => {});
  const version = answer.outcome === 'accepted' ? Number(answer.answer) : Number.NaN;
  return Number.isInteger(version) && version >= 0 ? version : null;
}

/** Whether a station has lost or changed the list that it accepted: it says another version. */
export async function hasOtherVersion(central: Central, station: Station): Promise<boolean> {
  const row = await localListOf(central.storage.read, station.id);
  const theirs = await askVersion(station);
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
