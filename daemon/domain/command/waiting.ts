import type { Command } from '../../../shared/model/command.ts';
import type { Central } from '../central.ts';
import type { Station } from '../station/station.ts';

/** Commands that wait for their station, the oldest first, by the station's row id. What is here is on disk as *waiting*. */
export type WaitingCommands = Map<number, Command[]>;

export const waitsFor = (central: Central, station: Pick<Station, 'id'>): number => central.waiting.get(station.id)?.length ?? 0;

/** Puts a command among the waiting ones: last, or first again when it could not be sent after all. */
export function putWaiting(central: Central, station: Pick<Station, 'id'>, command: Command, place: 'first' | 'last'): void {
  const list = central.waiting.get(station.id) ?? [];
  central.waiting.set(station.id, list);
  if (place === 'first') list.unshift(command);
  else list.push(command);
  central.publish({ kind: 'command.changed', stationId: station.id, commandId: command.id });
}

/** Takes a command out of the waiting ones, so that nobody else can; null: it waits no more. */
export function takeWaiting(central: Central, station: Pick<Station, 'id'>, commandId: string): Command | null {
  const list = central.waiting.get(station.id) ?? [];
  const at = list.findIndex(({ id }) => id === commandId);
  if (at < 0) return null;
  const [command] = list.splice(at, 1);
  if (list.length === 0) central.waiting.delete(station.id);
  return command ?? null;
}
