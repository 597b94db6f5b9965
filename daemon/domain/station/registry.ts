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
