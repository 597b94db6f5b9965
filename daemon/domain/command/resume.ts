import type { StationRequest } from '../../../shared/model/command.ts';
import { acceptedCommands, failInterruptedCommands } from '../../storage/commands.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { followOn } from './carry-out.ts';
import { commandOfRow } from './new-command.ts';
import { ruleFor } from './rules.ts';

type Accepted = Awaited<ReturnType<typeof acceptedCommands>>;

/** Ends what our last stop interrupted. What its station has agreed to and may still be doing is returned, to be followed on. */
export async function failInterrupted(storage: Storage, now: number): Promise<Accepted> {
  const accepted = await acceptedCommands(storage.read);
  // Stored from requests that had passed their schema.
  const outliving = accepted.filter(({ request }) => ruleFor(JSON.parse(request) as StationRequest).outlivesRestart);
  const but = outliving.map(({ publicId }) => publicId);
  await storage.write([failInterruptedCommands(now, JSON.stringify({ reason: 'daemonRestarted' }), but)]);
  return outliving;
}

/** Follows on what stations may still be doing. */
export function resumeCommands(central: Central, accepted: Accepted): void {
  for (const row of accepted) {
    const station = central.stations.byId(row.stationId);
    if (station) followOn(central, station, commandOfRow(row, station));
  }
}
