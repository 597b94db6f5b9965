import type { Command } from '../../../shared/model/command.ts';
import { waitingCommands } from '../../storage/commands.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import { carryOut, fail, keep } from './carry-out.ts';
import { commandOfRow } from './new-command.ts';
import { ruleFor } from './rules.ts';
import { cannotGo, enter, leave } from './send.ts';
import { putWaiting, takeWaiting } from './waiting.ts';

/** The answer to BootNotification goes first, and so does what a station has to say when it comes. */
const wakeAfterMs = 1000;

/** Loads the commands that wait, and sends them when their station is back. The function that is returned ends it. */
export async function wakeStations(central: Central): Promise<() => void> {
  const stations = new Map([...central.stations.all()].map((station) => [station.id, station]));
  for (const row of await waitingCommands(central.storage.read)) {
    const station = stations.get(row.stationId);
    if (!station) continue;
    const list = central.waiting.get(station.id) ?? [];
    central.waiting.set(station.id, list);
    list.push(commandOfRow(row, station));
  }
  const timers = new Map<number, NodeJS.Timeout>();
  const unsubscribe = central.subscribe((event) => {
    if (event.kind !== 'station.changed' || timers.has(event.stationId) || !central.waiting.has(event.stationId)) return;
    const station = central.stations.byId(event.stationId);
    if (!station?.link) return;
    const wake = () => {
      timers.delete(station.id);
      sendWaiting(central, station).catch((err: unknown) => station.log.error({ err }, 'waiting commands not sent'));
    };
    timers.set(station.id, setTimeout(wake, wakeAfterMs).unref());
  });
  return () => {
    unsubscribe();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}

/** Sends what waits for a station, one after the other, if it may be spoken to: it has booted, or is still being set up. */
async function sendWaiting(central: Central, station: Station): Promise<void> {
  await expireWaiting(central);
  for (const { id, request } of [...(central.waiting.get(station.id) ?? [])]) {
    const why = cannotGo(station, request);
    const isExpected = station.booted || station.registration === 'pending';
    if (why === 'stationOffline' || why === 'stationNotAccepted' || !isExpected) return;
    const command = takeWaiting(central, station, id);
    if (!command) continue;
    if (why !== null) await fail(central, station, command, new DomainError(why));
    else if ((await send(central, station, command)) === 'waits') return;
  }
}

/** Checks once more, for much may have changed. A line that breaks before the command was sent leaves it waiting, and those behind it. */
async function send(central: Central, station: Station, command: Command): Promise<'over' | 'waits'> {
  const { request } = command;
  const backToWaiting = async () => {
    await keep(central, station, command, { state: 'waiting', request });
    putWaiting(central, station, command, 'first');
    return 'waits' as const;
  };
  try {
    const rule = ruleFor(request);
    await rule.check(central, station, request);
    const ready = await rule.prepare(central, station, request);
    const link = enter(station, request);
    try {
      const unit = [...ready.unit, ...rule.before(central, station, ready.request)];
      await keep(central, station, command, { state: 'queued', request: rule.shown(ready.request) }, unit);
      if ((await carryOut(central, station, link, ready.request, command)) === 'unsent') return await backToWaiting();
    } finally {
      leave(station);
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'stationOffline' || error.code === 'stationBusy') return await backToWaiting();
    await fail(central, station, command, error);
  }
  return 'over';
}

/** Ends what has waited long enough. */
export async function expireWaiting(central: Central): Promise<void> {
  const now = central.clock.now();
  for (const [stationId, list] of [...central.waiting]) {
    const station = central.stations.byId(stationId);
    for (const { id, waitUntil } of [...list]) {
      if (station && waitUntil !== null && waitUntil > now) continue;
      const command = takeWaiting(central, { id: stationId }, id);
      if (command) await keep(central, { id: stationId }, command, { state: 'expired', doneAt: now });
    }
  }
}
