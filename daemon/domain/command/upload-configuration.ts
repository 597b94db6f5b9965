import { randomUUIDv7 } from 'node:crypto';
import type { Command, StationRequest } from '../../../shared/model/command.ts';
import { fitOf, knownKey, mayCutOff } from '../../../shared/model/configuration-keys.ts';
import { configurationOf } from '../../storage/configuration-keys.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import { carryOut } from './carry-out.ts';
import { newCommand, storedCommand } from './new-command.ts';
import { ruleFor } from './rules.ts';
import { enter, leave } from './send.ts';

type KeyValue = Readonly<{ key: string; value: string }>;
type Write = Extract<StationRequest, { kind: 'changeConfiguration' }>;

/**
 * Writes configuration keys, each by a command of its own, one after the other; what the station has already is not written. Nothing is sent
 * when one of them cannot be: `keyReadOnly`, `valueUnfit` (with what would be right), `keyDangerous` without confirmation (PRODUCT M31).
 */
export async function uploadConfiguration(
  central: Central,
  person: Person,
  station: Station,
  values: readonly KeyValue[],
  isConfirmed: boolean,
): Promise<{ batchId: string; commands: Command[] }> {
  const batchId = randomUUIDv7();
  const writes = await changesAmong(central, station, values, isConfirmed);
  const [first] = writes;
  if (!first) return { batchId, commands: [] };
  const link = enter(station, first);
  const made = writes.map((request) => ({ request, command: newCommand(central, person, station, request, { batchId }) }));
  try {
    await central.storage.write([
      audit(central, person, {
        action: 'stations.uploadConfiguration',
        subject: station.chargeBoxId,
        siteId: station.siteId,
        after: made.map(({ command: { request } }) => request),
      }),
      ...made.flatMap(({ request, command }) => [
        storedCommand(station, command),
        ...ruleFor(request).before(central, station, request),
      ]),
    ]);
  } catch (error) {
    leave(station);
    throw error;
  }
  const commands = made.map(({ command }) => ({ ...command }));
  for (const { id } of commands) central.publish({ kind: 'command.changed', stationId: station.id, commandId: id });
  const upload = async () => {
    for (const { request, command } of made) await carryOut(central, station, link, request, command);
  };
  void upload()
    .catch((err) => station.log.error({ err }, 'configuration not uploaded'))
    .finally(() => leave(station));
  return { batchId, commands };
}

/** What differs from what the station has, under its own spelling of the keys (FACTS §6.15). */
async function changesAmong(
  central: Central,
  station: Station,
  values: readonly KeyValue[],
  isConfirmed: boolean,
): Promise<Write[]> {
  const rows = await configurationOf(central.storage.read, station.id);
  const exact = new Map(rows.map((row) => [row.key, row]));
  const folded = new Map(rows.map((row) => [row.key.toLowerCase(), row]));
  const seen = new Set<string>();
  const dangerous: string[] = [];
  const writes: Write[] = [];
  for (const [index, given] of values.entries()) {
    const row = exact.get(given.key) ?? folded.get(given.key.toLowerCase());
    const key = row?.key ?? given.key;
    if (seen.has(key)) throw refusal('inputInvalid', `values.${index}.key`, 'twice', { key });
    seen.add(key);
    const known = knownKey(key);
    if (row?.value === given.value) continue;
    if (row ? row.readonly === 1 : known?.access === 'R')
      throw refusal('keyReadOnly', `values.${index}.key`, 'keyReadOnly', { key });
    const fit = known ? fitOf(known, given.value, row?.value) : null;
    if (fit?.fits === false) throw refusal('valueUnfit', `values.${index}.value`, 'valueUnfit', { key, expected: fit.expected });
    if (mayCutOff(key)) dangerous.push(key);
    writes.push({ kind: 'changeConfiguration', key, value: given.value });
  }
  if (dangerous.length > 0 && !isConfirmed) throw new DomainError('keyDangerous', { keys: dangerous.join(', ') });
  return writes;
}

const refusal = (
  code: 'inputInvalid' | 'keyReadOnly' | 'valueUnfit',
  field: string,
  reason: string,
  facts: Readonly<Record<string, string>>,
) => new DomainError(code, { field, ...facts }, { [field]: reason });
