import type { Random } from './random.ts';

/** What an outlet can give: alternating current, 230 V a phase. */
export type Supply = Readonly<{ phases: 1 | 3; currentA: number }>;

/** A car with its battery, and how it likes to charge. */
export type Car = Readonly<{
  capacityWh: number;
  phases: 1 | 3;
  currentA: number;
  /** State of charge on arrival, and where the car stops by itself. */
  arrivesPercent: number;
  targetPercent: number;
  /** From here on the battery takes less and less. */
  taperFromPercent: number;
  /** The car pauses by itself (a timer, a hot battery). */
  pauses: readonly Readonly<{ atPercent: number; forMs: number }>[];
}>;

/** What the car does now: `starting` until current flows, `paused` and `full` by its own will. */
export type ChargeState = 'starting' | 'charging' | 'paused' | 'full';

const nominalV = 230;
/** Less than this cannot be told to a car (IEC 61851): then it gets nothing. */
const leastA = 6;
const contactorMs = 3000;
const rampMs = 20_000;
const stepMs = 15_000;
/** What of the energy measured ends in the battery. */
const efficiency = 0.91;

/** A car as they come to a parking house: mostly three-phase, arriving between almost empty and almost full. */
export function randomCar(random: Random): Car {
  const [capacityWh, phases, currentA] = random.pick<readonly [number, 1 | 3, number]>([
    [39_000, 1, 32],
    [52_000, 3, 32],
    [58_000, 3, 16],
    [64_000, 3, 16],
    [75_000, 3, 16],
    [77_000, 3, 16],
    [95_000, 3, 32],
    [11_500, 1, 16],
  ]);
  const targetPercent = random.pick([80, 80, 90, 100, 100]);
  const arrivesPercent = random.between(12, targetPercent - 15);
  const pausePercent = random.between(arrivesPercent + 3, targetPercent);
  return {
    capacityWh,
    phases,
    currentA,
    arrivesPercent,
    targetPercent,
    taperFromPercent: random.between(88, 96),
    pauses: random.chance(0.12) ? [{ atPercent: pausePercent, forMs: random.between(4, 30) * 60_000 }] : [],
  };
}

/** A charge going on: power follows the car's ramp, its battery and its pauses. Time is the station's life time. */
export class Charge {
  readonly car: Car;
  readonly supply: Supply;
  state: ChargeState = 'starting';
  powerW = 0;
  socPercent: number;
  /** What charging profiles leave, A a phase. */
  limitA = Number.POSITIVE_INFINITY;
  readonly #random: Random;
  #elapsedMs = 0;
  #pausedMs = 0;
  #pausesTaken = 0;

  constructor(car: Car, supply: Supply, random: Random) {
    this.car = car;
    this.supply = supply;
    this.socPercent = car.arrivesPercent;
    this.#random = random;
  }

  /** Phases in use, and the highest current of each. */
  get phases(): 1 | 3 {
    return this.car.phases === 3 && this.supply.phases === 3 ? 3 : 1;
  }
  get offeredA(): number {
    const offered = Math.min(this.car.currentA, this.supply.currentA, this.limitA);
    return offered < leastA ? 0 : offered;
  }

  /** Lets time pass and returns the energy that flowed, Wh. */
  advance(ms: number): number {
    let energyWh = 0;
    for (let left = ms; left > 0; left -= stepMs) energyWh += this.#step(Math.min(left, stepMs));
    return energyWh;
  }

  #step(ms: number): number {
    this.#elapsedMs += ms;
    this.#decide(ms);
    this.powerW = this.state === 'charging' ? this.#wantedW() : 0;
    const energyWh = (this.powerW * ms) / 3_600_000;
    this.socPercent = Math.min(100, this.socPercent + (energyWh * efficiency * 100) / this.car.capacityWh);
    return energyWh;
  }

  #decide(ms: number): void {
    const pause = this.car.pauses[this.#pausesTaken];
    if (this.socPercent >= this.car.targetPercent) this.state = 'full';
    else if (this.#elapsedMs < contactorMs) this.state = 'starting';
    else if (pause && this.socPercent >= pause.atPercent) {
      this.state = 'paused';
      this.#pausedMs += ms;
      if (this.#pausedMs < pause.forMs) return;
      this.#pausesTaken += 1;
      this.#pausedMs = 0;
    } else this.state = 'charging';
  }

  #wantedW(): number {
    const ramp = Math.min(1, (this.#elapsedMs - contactorMs) / rampMs);
    const { taperFromPercent } = this.car;
    const beyond = Math.max(0, this.socPercent - taperFromPercent) / (100.5 - taperFromPercent);
    const taper = 1 - 0.9 * beyond;
    const noise = this.#random.between(0.985, 1);
    return this.phases * nominalV * this.offeredA * ramp * taper * noise;
  }
}
