import type { Command, CommandState, StationRequest } from '../../../shared/model/command.ts';
import { updateCommand } from '../../storage/commands.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station, StationAnswer, StationLink } from '../station/station.ts';
import { type Deed, type Watched, watchDeeds } from './proof.ts';
import { ruleFor } from './rules.ts';

/** The longest that a timer can run. */
const longestMs = 2 ** 31 - 1;

/**
 * Sends a stored command over a line and follows it to its end. Resolves with `sent` once the station has answered or the time for that is
 * over, with `unsent` when the line broke before; what proves the command is followed on.
 */
export async function carryOut(
  central: Central,
  station: Station,
  link: StationLink,
  request: StationRequest,
  command: Command,
): Promise<'sent' | 'unsent'> {
  const rule = ruleFor(request);
  const end = new AbortController();
  // The deed may come before the answer, so the watch begins before the call.
  const deeds = watch(central, station, request, end);
  const sent = () => {
    void keep(central, station, command, { state: 'sent', sentAt: central.clock.now() }).catch((err) =>
      station.log.error({ err }, 'command state not kept'),
    );
  };
  let isFollowed = false;
  try {
    const answer = await rule.call(link, request, sent);
    await answered(central, station, request, command, answer);
    // A station that answers too late may do what it was asked all the same (FIELD 18).
    const word = answer.outcome === 'timedOut' ? '' : answer.answer;
    const mayDo = answer.outcome === 'accepted' || answer.outcome === 'timedOut';
    if (mayDo && rule.waits(request, word)) {
      isFollowed = true;
      followToEnd(central, station, request, command, deeds, end);
    }
    return 'sent';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (command.state !== 'sent' && command.waitUntil !== null) return 'unsent';
    await fail(central, station, command, error);
    return 'sent';
  } finally {
    if (!isFollowed) end.abort();
  }
}

function watch(central: Central, station: Station, request: StationRequest, end: AbortController): Watched {
  const rule = ruleFor(request);
  const isNews = (deed: Deed) => rule.proves(request, deed) || rule.fails(request, deed) || rule.steps(request, deed);
  return watchDeeds(central.proofs, station.id, isNews, end.signal);
}

/** Follows a command on that was accepted before our restart. */
export function followOn(central: Central, station: Station, command: Command): void {
  const end = new AbortController();
  followToEnd(central, station, command.request, command, watch(central, station, command.request, end), end);
}

function followToEnd(
  central: Central,
  station: Station,
  request: StationRequest,
  command: Command,
  deeds: Watched,
  end: AbortController,
): void {
  void follow(central, station, request, command, deeds, end)
    .catch((err) => station.log.error({ err, command: request.kind }, 'command not followed to its end'))
    .finally(() => end.abort());
}

/** A command that a rule of ours ends. The station said nothing, so there is no word of its own. */
export const fail = (central: Central, station: Station, command: Command, { code, facts }: DomainError): Promise<void> =>
  keep(central, station, command, {
    state: 'failed',
    detail: { reason: code, facts: { ...facts } },
    doneAt: central.clock.now(),
  });

async function answered(
  central: Central,
  station: Station,
  request: StationRequest,
  command: Command,
  answer: StationAnswer,
): Promise<void> {
  const rule = ruleFor(request);
  const answeredAt = central.clock.now();
  const isEnd = answer.outcome !== 'accepted' || !rule.waits(request, answer.answer);
  const beside = rule.answered(central, station, request, answer, command);
  if (answer.outcome === 'timedOut')
    return keep(central, station, command, { state: 'timedOut', answer: 'NoAnswer', doneAt: answeredAt }, beside);
  await keep(
    central,
    station,
    command,
    {
      state: answer.outcome,
      answer: answer.answer,
      // What an adapter puts here goes to the database as JSON.
      detail: (rule.detail(request, answer) ?? null) as Command['detail'],
      answeredAt,
      doneAt: isEnd ? answeredAt : null,
    },
    beside,
  );
  if (beside.length > 0) central.publish({ kind: 'station.changed', stationId: station.id });
}

/** Follows an accepted command to the deed that proves it; without it in time, the command has failed after all (FACTS §6.9). */
async function follow(
  central: Central,
  station: Station,
  request: StationRequest,
  command: Command,
  deeds: Watched,
  end: AbortController,
): Promise<void> {
  const rule = ruleFor(request);
  const now = central.clock.now();
  const acceptedAt = command.answeredAt ?? now;
  const patienceMs = Math.max(0, acceptedAt + rule.patienceMs(station, request, acceptedAt) - now);
  const timer = setTimeout(() => end.abort(), Math.min(patienceMs, longestMs));
  timer.unref();
  try {
    for (let deed = await deeds.next(); deed; deed = await deeds.next()) {
      const doneAt = central.clock.now();
      const detail = withStep(command, deed, doneAt);
      if (rule.proves(request, deed)) return await keep(central, station, command, { state: 'done', detail, doneAt });
      if (rule.fails(request, deed)) {
        await keep(central, station, command, { state: 'failed', detail, doneAt });
        if (!rule.mayTryAgain(request)) return;
      } else {
        const state = command.state === 'timedOut' ? 'accepted' : command.state;
        await keep(central, station, command, { state, detail });
      }
    }
    if (command.state !== 'accepted') return;
    const detail = withReason(command, 'noProof');
    await keep(central, station, command, { state: 'failed', detail, doneAt: central.clock.now() });
  } finally {
    clearTimeout(timer);
  }
}

const membersOf = (detail: Command['detail']): Readonly<Record<string, Command['detail']>> =>
  typeof detail === 'object' && detail !== null && !Array.isArray(detail)
    ? (detail as Readonly<Record<string, Command['detail']>>) // `isArray` leaves read-only arrays in the type.
    : {};

const withReason = ({ detail }: Command, reason: string): Command['detail'] => ({ ...membersOf(detail), reason });

/** What is told of a command with the deed: the session, or the steps of a transfer so far. */
function withStep({ detail }: Command, deed: Deed, at: number): Command['detail'] {
  if ('sessionId' in deed) return { transactionId: deed.sessionId };
  if (deed.did !== 'firmware' && deed.did !== 'diagnostics') return detail;
  const known = membersOf(detail);
  const steps = Array.isArray(known.steps) ? known.steps : [];
  return { ...known, steps: [...steps, { status: deed.status, at }] };
}

type Change = Partial<Pick<Command, 'request' | 'answer' | 'detail' | 'sentAt' | 'answeredAt' | 'doneAt'>> &
  Readonly<{ state: CommandState }>;

/** The next state of a command, on disk before anyone hears of it. */
export async function keep(
  central: Central,
  station: Pick<Station, 'id'>,
  command: Command,
  change: Change,
  beside: readonly Statement[] = [],
): Promise<void> {
  Object.assign(command, change);
  const { detail, request, ...rest } = change;
  const row = {
    ...rest,
    ...(request && { request: JSON.stringify(request) }),
    ...(detail !== undefined && { detail: detail === null ? null : JSON.stringify(detail) }),
  };
  await central.storage.write([updateCommand(command.id, row), ...beside]);
  central.publish({ kind: 'command.changed', stationId: station.id, commandId: command.id });
}
