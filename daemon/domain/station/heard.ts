import type { Central } from '../central.ts';
import type { Station } from './station.ts';

/** A sign of life. In memory; it reaches the disk with the next flush or when the line ends. */
export function heard(central: Central, station: Station): void {
  station.lastSeenAt = central.clock.now();
}
