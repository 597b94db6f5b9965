import { addDeviation, deviationKinds } from '../../storage/deviations.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { withoutSecrets } from '../secrets/without-secrets.ts';
import type { Station } from './station.ts';

/** A break of the protocol that was coped with. `kind` is a fixed word such as `numberAsText`, `action` the message's name. */
export type Deviation = Readonly<{ kind: string; action: string; example: string }>;

type Counted = {
  stationId: number;
  kind: string;
  action: string;
  count: number;
  firstAt: number;
  lastAt: number;
  example: string;
};

/** What a station has shown so far: of which kinds, and how often in all. */
type Shown = { readonly kinds: Set<string>; count: number };

/** Deviations counted since they were last written, and what each station has shown since ever, by its row id. */
export type Deviations = Readonly<{ counted: Map<string, Counted>; shown: Map<number, Shown> }>;

const mostKinds = 200;
const mostExample = 2000;

export const newDeviations = (): Deviations => ({ counted: new Map(), shown: new Map() });

/** What stations had shown before this start. */
export async function loadDeviations(storage: Storage, { shown }: Deviations): Promise<void> {
  for (const { stationId, kind, action, count } of await deviationKinds(storage.read)) {
    const known = shownBy(shown, stationId);
    known.kinds.add(`${kind} ${action}`);
    known.count += count;
  }
}

function shownBy(shown: Deviations['shown'], stationId: number): Shown {
  const known = shown.get(stationId) ?? { kinds: new Set(), count: 0 };
  shown.set(stationId, known);
  return known;
}

/** How often a station has deviated, as of this moment. */
export const deviationCount = ({ deviations }: Central, { id }: Pick<Station, 'id'>): number =>
  deviations.shown.get(id)?.count ?? 0;

/** Counts a deviation of a station. In memory; a flush puts it on disk, so that a station full of them costs no more than another. */
export function noteDeviation(central: Central, station: Station, deviation: Deviation): void {
  const now = central.clock.now();
  const { counted, shown } = central.deviations;
  const name = `${deviation.kind} ${deviation.action}`;
  const known = shownBy(shown, station.id);
  if (!known.kinds.has(name)) {
    if (known.kinds.size >= mostKinds) return;
    known.kinds.add(name);
    station.log.warn({ deviation: deviation.kind, action: deviation.action }, 'deviation from the protocol, coped with');
  }
  known.count++;
  const key = `${station.id} ${name}`;
  const sofar = counted.get(key);
  if (sofar) {
    sofar.count++;
    sofar.lastAt = now;
  } else {
    counted.set(key, {
      stationId: station.id,
      kind: deviation.kind,
      action: deviation.action,
      count: 1,
      firstAt: now,
      lastAt: now,
      // A frame that broke off may have been about a password.
      example: withoutSecrets(deviation.example.slice(0, mostExample)),
    });
  }
}

/** Puts on disk what was counted. What cannot be written is counted on. */
export async function flushDeviations(storage: Storage, { counted }: Deviations): Promise<void> {
  const rows = [...counted.values()];
  counted.clear();
  if (rows.length === 0) return;
  try {
    await storage.write(rows.map(addDeviation));
  } catch (error) {
    for (const row of rows) {
      const key = `${row.stationId} ${row.kind} ${row.action}`;
      const since = counted.get(key);
      counted.set(key, since ? { ...since, count: since.count + row.count, firstAt: row.firstAt, example: row.example } : row);
    }
    throw error;
  }
}
