import type { Station } from './station.ts';

/** All registered stations, in memory. Rebuilt from the database at start; identity is matched without regard to case. */
export type Stations = Readonly<{
  byId(id: number): Station | undefined;
  byChargeBoxId(chargeBoxId: string): Station | undefined;
  all(): Iterable<Station>;
  add(station: Station): void;
  remove(id: number): void;
  rename(station: Station, chargeBoxId: string): void;
}>;

// As SQLite's NOCASE, which the unique index uses: ASCII letters only.
const folded = (chargeBoxId: string) => chargeBoxId.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

export function newStations(): Stations {
  const byId = new Map<number, Station>();
  const byName = new Map<string, Station>();
  return {
    byId: (id) => byId.get(id),
    byChargeBoxId: (chargeBoxId) => byName.get(folded(chargeBoxId)),
    all: () => byId.values(),
    add(station) {
      byId.set(station.id, station);
      byName.set(folded(station.chargeBoxId), station);
    },
    remove(id) {
      const station = byId.get(id);
      if (!station) return;
      byId.delete(id);
      byName.delete(folded(station.chargeBoxId));
    },
    rename(station, chargeBoxId) {
      byName.delete(folded(station.chargeBoxId));
      station.chargeBoxId = chargeBoxId;
      byName.set(folded(chargeBoxId), station);
    },
  };
}
