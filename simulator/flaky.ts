import type { Random } from './random.ts';
import type { VirtualStation } from './station.ts';

/**
 * A bad network: the connection breaks now and then, half of the times without the socket closing, and what queued up
 * meanwhile may be replayed in another order. Returns the function that ends it.
 */
export function beFlaky(station: VirtualStation, random: Random): () => void {
  return station.timers.after(random.between(20_000, 240_000), () => {
    station.dropConnection(random.chance(0.5) ? 'cut' : 'halfOpen');
    // Starts before everything else, and stops behind all: the order within one session that even careless stations keep.
    station.queue.reorder((entries) => {
      const starts = entries.filter((entry) => entry.action === 'StartTransaction');
      const stops = entries.filter((entry) => entry.action === 'StopTransaction');
      const readings = entries.filter((entry) => entry.action === 'MeterValues');
      return [...starts, ...random.shuffled(readings), ...random.shuffled(stops)];
    });
  });
}
