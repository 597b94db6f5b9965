import type { Car } from './car.ts';
import { ignoreFailedCall } from './line.ts';
import type { Outlet } from './outlet.ts';
import type { Random } from './random.ts';
import type { VirtualStation } from './station.ts';

type Span = readonly [fromMs: number, toMs: number];

/** How people use an outlet. Times are of the station's life. */
export type Habits = Readonly<{
  tags: readonly string[];
  /** How long an outlet stays free, and how long a car stays. */
  freeMs: Span;
  stayMs: Span;
  /** How long it takes from the cable to the card. */
  showsTagMs: Span;
  /** Share of outlets that have a car from the beginning. */
  busyAtFirst: number;
  car?: Partial<Car>;
}>;

const minute = 60_000;

/** A parking house on a weekday: cars stay between a quarter and five hours. */
export const parkingHouse: Omit<Habits, 'tags'> = {
  freeMs: [2 * minute, 90 * minute],
  stayMs: [15 * minute, 300 * minute],
  showsTagMs: [2000, 8000],
  busyAtFirst: 0.5,
};

/** Lets people come and go at every outlet of a station. Returns the function that ends it. */
export function live(station: VirtualStation, habits: Habits, random: Random): () => void {
  const ends = station.outlets.map((outlet) => liveAt(station, outlet, habits, random.fork(`life ${outlet.connectorId}`)));
  return () => {
    for (const end of ends) end();
  };
}

function liveAt(station: VirtualStation, outlet: Outlet, habits: Habits, random: Random): () => void {
  let cancel = () => {};
  const later = ([fromMs, toMs]: Span, act: () => void) => {
    cancel();
    cancel = station.timers.after(random.between(fromMs, toMs), act);
  };

  const arrive = () => {
    if (!outlet.isFree || outlet.isPlugged || outlet.reservation) return later(habits.freeMs, arrive);
    outlet.plugIn(habits.car);
    later(habits.showsTagMs, () => void present());
  };
  const present = async () => {
    const result = await outlet.swipe(random.pick(habits.tags)).catch(ignoreFailedCall);
    if (result?.outcome === 'started') later(habits.stayMs, leave);
    else later([10_000, 30_000], goAway);
  };
  const leave = () => {
    const { session } = outlet;
    if (!session || random.chance(0.4)) return goAway();
    void outlet.swipe(session.idTag).catch(ignoreFailedCall);
    later([5000, 40_000], goAway);
  };
  const goAway = () => {
    outlet.unplug();
    later(habits.freeMs, arrive);
  };
  // Somebody started from afar: the car is beside the outlet, and its cable goes in.
  const expected = ({ connectorId }: { connectorId: number }) => {
    if (connectorId !== outlet.connectorId) return;
    later([2000, 6000], () => {
      outlet.plugIn(habits.car);
      later(habits.stayMs, leave);
    });
  };

  // Nobody comes before the station is there: without the central system it would know no tag.
  const begin = () => later(random.chance(habits.busyAtFirst) ? [500, 4000] : [4000, habits.freeMs[1]], arrive);

  station.events.on('waitingForCar', expected);
  if (station.isReady) begin();
  else station.events.once('booted', begin);
  return () => {
    station.events.off('waitingForCar', expected);
    station.events.off('booted', begin);
    cancel();
  };
}
