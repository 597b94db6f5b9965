import type { ErrorCode } from '../../../shared/errors.ts';
import { type AskedRequest, type Command, neverWaits, type StationRequest } from '../../../shared/model/command.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station, StationLink } from '../station/station.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import { carryOut } from './carry-out.ts';
import { newCommand, storedCommand } from './new-command.ts';
import { nextReservationId } from './reserve.ts';
import { ruleFor } from './rules.ts';
import { putWaiting, waitsFor } from './waiting.ts';

/** Commands of one station that may be under way, or wait for it, at a time. */
const mostAtOnce = 20;
const underWay = new WeakMap<Station, number>();

type More = Readonly<{
  /** Until when the command may wait for a station that is offline. */
  waitUntil?: number | undefined;
  /** What is stored together with it. */
  beside?: (command: Command) => readonly Statement[];
}>;

/**
 * Sends a command to a station (DESIGN §5). It is stored as *queued*, with its audit entry in the same unit, before it goes; the person
 * gets it back at once, and its outcome follows as `command.changed`. With `waitUntil` a command to a station that is offline is stored as
 * *waiting* instead. Refuses with `stationOffline`, `stationNotAccepted`, `notSupportedByStation`, `stationBusy`, `commandCannotWait`, and
 * for what the rule of its kind does not allow.
 */
export async function sendCommand(
  central: Central,
  person: Person,
  station: Station,
  asked: AskedRequest | StationRequest,
  { waitUntil, beside = () => [] }: More = {},
): Promise<Command> {
  const request = await numbered(central, station, asked);
  const why = cannotGo(station, request);
  if (why !== null && (waitUntil === undefined || why === 'notSupportedByStation')) throw new DomainError(why);
  await ruleFor(request).check(central, station, request);
  const stored = (command: Command): readonly Statement[] => [
    ...beside(command),
    storedCommand(station, command),
    audit(central, person, {
      action: 'stations.send',
      subject: station.chargeBoxId,
      siteId: station.siteId,
      after: command.request,
    }),
  ];
  if (why !== null && waitUntil !== undefined) {
    checkPatience(central, station, request, waitUntil);
    const command = newCommand(central, person, station, request, { state: 'waiting', waitUntil });
    await central.storage.write(stored(command));
    putWaiting(central, station, command, 'last');
    return { ...command };
  }
  const ready = await ruleFor(request).prepare(central, station, request);
  const command = newCommand(central, person, station, ready.request);
  const link = enter(station, request);
  try {
    await central.storage.write([...stored(command), ...ready.unit, ...ruleFor(request).before(central, station, ready.request)]);
  } catch (error) {
    leave(station);
    throw error;
  }
  central.publish({ kind: 'command.changed', stationId: station.id, commandId: command.id });
  const queued = { ...command };
  void carryOut(central, station, link, ready.request, command)
    .catch((err) => station.log.error({ err, command: request.kind }, 'command not carried out'))
    .finally(() => leave(station));
  return queued;
}

const numbered = async (central: Central, station: Station, asked: AskedRequest | StationRequest): Promise<StationRequest> =>
  asked.kind === 'reserve'
    ? { ...asked, reservationId: asked.reservationId ?? (await nextReservationId(central, station)) }
    : asked;

/** Why a command cannot go to a station now; null: it can. */
export function cannotGo({ link, registration, booted }: Station, { kind }: StationRequest): ErrorCode | null {
  if (!link) return 'stationOffline';
  // Before acceptance a station may be set up, but not told to charge; a rejected one is not spoken to (FACTS §6.1).
  if (registration === 'rejected' || (!booted && (kind === 'remoteStart' || kind === 'remoteStop'))) return 'stationNotAccepted';
  if (link.isDeaf === true) return 'stationNotCallable';
  return link.supports(kind) ? null : 'notSupportedByStation';
}

/** Takes one of the places of a station; `leave` gives it back. */
export function enter(station: Station, request: StationRequest): StationLink {
  const why = cannotGo(station, request);
  if (why !== null || !station.link) throw new DomainError(why ?? 'stationOffline');
  const taken = underWay.get(station) ?? 0;
  if (taken >= mostAtOnce) throw new DomainError('stationBusy');
  underWay.set(station, taken + 1);
  return station.link;
}

export const leave = (station: Station) => underWay.set(station, Math.max(0, (underWay.get(station) ?? 1) - 1));

function checkPatience(central: Central, station: Station, request: StationRequest, waitUntil: number): void {
  if (neverWaits.has(request.kind) || !ruleFor(request).mayWait(request))
    throw new DomainError('commandCannotWait', { kind: request.kind });
  if (waitUntil <= central.clock.now()) throw new DomainError('inputInvalid', { field: 'waitUntil' }, { waitUntil: 'past' });
  if (waitsFor(central, station) >= mostAtOnce) throw new DomainError('stationBusy');
}
