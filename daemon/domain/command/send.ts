import { randomUUIDv7 } from 'node:crypto';
import type { Command, CommandState, StationRequest } from '../../../shared/model/command.ts';
import { insertCommand, updateCommand } from '../../storage/commands.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station, StationAnswer, StationLink } from '../station/station.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import { changeAvailability } from './change-availability.ts';
import { changeConfiguration } from './change-configuration.ts';
import { getConfiguration } from './get-configuration.ts';
import { awaitDeed, type Deed } from './proof.ts';
import { remoteStart } from './remote-start.ts';
import { remoteStop } from './remote-stop.ts';
import { reset } from './reset.ts';
import { ruleOfAnswer } from './rule.ts';

/** What the kinds of commands have of their own; the others end with the station's answer. */
const rules = {
  remoteStart,
  remoteStop,
  reset,
  changeAvailability,
  changeConfiguration,
  getConfiguration,
  unlock: ruleOfAnswer,
  clearCache: ruleOfAnswer,
  trigger: ruleOfAnswer,
  reserve: ruleOfAnswer,
  cancelReservation: ruleOfAnswer,
  getLocalListVersion: ruleOfAnswer,
  sendLocalList: ruleOfAnswer,
  setChargingProfile: ruleOfAnswer,
  clearChargingProfile: ruleOfAnswer,
  getCompositeSchedule: ruleOfAnswer,
  updateFirmware: ruleOfAnswer,
  getDiagnostics: ruleOfAnswer,
  dataTransfer: ruleOfAnswer,
} as const;

/** Commands of one station that may wait for its line at a time. */
const mostWaiting = 20;
const waiting = new WeakMap<Station, number>();

/**
 * Sends a command to a station (DESIGN §5). It is stored as *queued*, with its audit entry in the same unit, before it goes; the person
 * gets it back at once, and its outcome follows as `command.changed`. Refuses with `stationOffline`, `stationNotAccepted`,
 * `notSupportedByStation` and `stationBusy`.
 */
export async function sendCommand(central: Central, person: Person, station: Station, request: StationRequest): Promise<Command> {
  const link = lineFor(station, request);
  const rule = ruleFor(request);
  const command: Command = {
    id: randomUUIDv7(),
    stationId: station.publicId,
    request: rule.shown(request),
    state: 'queued',
    answer: null,
    detail: null,
    byName: person.name,
    queuedAt: central.clock.now(),
    sentAt: null,
    answeredAt: null,
    doneAt: null,
  };
  waiting.set(station, (waiting.get(station) ?? 0) + 1);
  try {
    await central.storage.write([
      insertCommand({
        publicId: command.id,
        stationId: station.id,
        request: JSON.stringify(command.request),
        state: command.state,
        answer: null,
        detail: null,
        byName: command.byName,
        queuedAt: command.queuedAt,
        sentAt: null,
        answeredAt: null,
        doneAt: null,
      }),
      audit(central, person, {
        action: 'stations.send',
        subject: station.chargeBoxId,
        siteId: station.siteId,
        after: command.request,
      }),
      ...rule.before(central, station, request),
    ]);
  } catch (error) {
    release(station);
    throw error;
  }
  central.publish({ kind: 'command.changed', stationId: station.id, commandId: command.id });
  const queued = { ...command };
  void carryOut(central, station, link, request, command).catch((err) =>
    station.log.error({ err, command: request.kind }, 'command not carried out'),
  );
  return queued;
}

function lineFor(station: Station, request: StationRequest): StationLink {
  if (!station.link) throw new DomainError('stationOffline');
  const isStartOrStop = request.kind === 'remoteStart' || request.kind === 'remoteStop';
  // Before acceptance a station may be set up, but not told to charge; a rejected one is not spoken to (FACTS §6.1).
  if (station.registration === 'rejected' || (!station.booted && isStartOrStop)) throw new DomainError('stationNotAccepted');
  if (!station.link.supports(request.kind)) throw new DomainError('notSupportedByStation');
  if ((waiting.get(station) ?? 0) >= mostWaiting) throw new DomainError('stationBusy');
  return station.link;
}

const release = (station: Station) => waiting.set(station, Math.max(0, (waiting.get(station) ?? 1) - 1));

// Each rule is listed under its own kind, so the request that its kind names is what it takes.
const ruleFor = (request: StationRequest) => rules[request.kind] as typeof ruleOfAnswer;

async function carryOut(
  central: Central,
  station: Station,
  link: StationLink,
  request: StationRequest,
  command: Command,
): Promise<void> {
  const rule = ruleFor(request);
  const end = new AbortController();
  // The deed may come before the answer, so the waiting for it begins before the call.
  const deed = awaitDeed(central.proofs, station.id, (done) => rule.proves(request, done), end.signal);
  let isReleased = false;
  const sent = () => {
    void keep(central, station, command, { state: 'sent', sentAt: central.clock.now() }).catch((err) =>
      station.log.error({ err }, 'command state not kept'),
    );
  };
  try {
    const answer = await link.call(request, sent);
    release(station);
    isReleased = true;
    await answered(central, station, request, command, answer);
    // A station that answers too late may do what it was asked all the same (FIELD 18).
    const word = answer.outcome === 'timedOut' ? '' : answer.answer;
    const mayDo = answer.outcome === 'accepted' || answer.outcome === 'timedOut';
    if (mayDo && rule.waits(request, word)) await prove(central, station, command, deed, end, rule.patienceMs(station));
  } catch (error) {
    if (!isReleased) release(station);
    if (!(error instanceof DomainError)) throw error;
    await keep(central, station, command, { state: 'failed', answer: error.code, doneAt: central.clock.now() });
  } finally {
    end.abort();
  }
}

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
  const beside = rule.answered(central, station, request, answer);
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
}

/** Waits for the deed that proves an accepted command; without it in time, the command has failed after all (FACTS §6.9). */
async function prove(
  central: Central,
  station: Station,
  command: Command,
  deed: Promise<Deed | null>,
  end: AbortController,
  patienceMs: number,
): Promise<void> {
  const timer = setTimeout(() => end.abort(), patienceMs);
  timer.unref();
  const done = await deed;
  clearTimeout(timer);
  const doneAt = central.clock.now();
  if (!done && command.state === 'timedOut') return;
  if (!done) return keep(central, station, command, { state: 'failed', detail: { reason: 'noProof' }, doneAt });
  const detail = 'sessionId' in done ? { transactionId: done.sessionId } : command.detail;
  await keep(central, station, command, { state: 'done', detail, doneAt });
}

type Change = Partial<Pick<Command, 'answer' | 'detail' | 'sentAt' | 'answeredAt' | 'doneAt'>> &
  Readonly<{ state: CommandState }>;

/** The next state of a command, on disk before anyone hears of it. */
async function keep(
  central: Central,
  station: Station,
  command: Command,
  change: Change,
  beside: readonly Statement[] = [],
): Promise<void> {
  Object.assign(command, change);
  const { detail, ...rest } = change;
  const row = detail === undefined ? rest : { ...rest, detail: detail === null ? null : JSON.stringify(detail) };
  await central.storage.write([updateCommand(command.id, row), ...beside]);
  central.publish({ kind: 'command.changed', stationId: station.id, commandId: command.id });
}
