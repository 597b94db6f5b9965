import type { Command } from '../../../shared/model/command.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import { keep } from './carry-out.ts';
import { takeWaiting } from './waiting.ts';

/** Takes back a command that still waits; refuses with `commandNotWaiting`. */
export async function withdrawCommand(central: Central, person: Person, station: Station, commandId: string): Promise<Command> {
  const command = takeWaiting(central, station, commandId);
  if (!command) throw new DomainError('commandNotWaiting');
  const { chargeBoxId, siteId } = station;
  const told = audit(central, person, { action: 'stations.withdraw', subject: chargeBoxId, siteId, before: command.request });
  await keep(central, station, command, { state: 'withdrawn', doneAt: central.clock.now() }, [told]);
  return { ...command };
}
