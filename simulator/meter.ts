import type { Charge } from './car.ts';
import type { Payload } from './line.ts';
import type { Random } from './random.ts';

export type MeterContext =
  | 'Sample.Periodic'
  | 'Sample.Clock'
  | 'Transaction.Begin'
  | 'Transaction.End'
  | 'Trigger'
  | 'Interruption.Begin';

/** The meter of an outlet: a register that only rises, and what flows now. */
export type MeterReading = Readonly<{ registerWh: number; sinceLastWh: number; charge: Charge | null }>;

/** The sampled values of a reading for the measurands that the station is configured to send, e.g. `Voltage.L1`. */
export function sampledValues(
  reading: MeterReading,
  measurands: readonly string[],
  context: MeterContext,
  random: Random,
): Payload[] {
  return measurands.flatMap((name) => {
    const [, measurand = name, phase] = /^(.*?)(?:\.(L[123](?:-N)?|N))?$/.exec(name) ?? [];
    const values = measure(measurand, reading, random);
    return values
      .filter((value) => phase === undefined || value.phase === undefined || String(value.phase).startsWith(phase))
      .map((value) => ({ context, measurand, location: 'Outlet', ...value }));
  });
}

function measure(measurand: string, { registerWh, sinceLastWh, charge }: MeterReading, random: Random): Payload[] {
  const powerW = charge?.powerW ?? 0;
  const phases = charge?.phases ?? 1;
  const current = powerW / (230 * phases);
  const volts = () => 231.5 - current * 0.12 + random.between(-0.8, 0.8);
  const perPhase = (unit: string, value: (phase: number) => string): Payload[] =>
    Array.from({ length: 3 }, (_, phase) => ({ phase: `L${phase + 1}`, unit, value: value(phase) }));
  switch (measurand) {
    case 'Energy.Active.Import.Register':
      return [{ unit: 'Wh', value: String(Math.round(registerWh)) }];
    case 'Energy.Active.Import.Interval':
      return [{ unit: 'Wh', value: String(Math.round(sinceLastWh)) }];
    case 'Power.Active.Import':
      return [{ unit: 'W', value: powerW.toFixed(0) }];
    case 'Power.Offered':
      return [{ unit: 'W', value: ((charge?.offeredA ?? 0) * 230 * phases).toFixed(0) }];
    case 'Current.Import':
      return perPhase('A', (phase) => (phase < phases ? current : 0).toFixed(2));
    case 'Current.Offered':
      return [{ unit: 'A', value: (charge?.offeredA ?? 0).toFixed(1) }];
    case 'Voltage':
      return perPhase('V', () => volts().toFixed(1));
    case 'SoC':
      return charge ? [{ unit: 'Percent', location: 'EV', value: charge.socPercent.toFixed(0) }] : [];
    case 'Temperature':
      return [{ unit: 'Celsius', location: 'Body', value: (21 + powerW / 1400 + random.between(-0.3, 0.3)).toFixed(1) }];
    case 'Frequency':
      return [{ value: random.between(49.96, 50.04).toFixed(2) }];
    case 'Power.Factor':
      return [{ value: powerW > 0 ? '0.99' : '1' }];
    default:
      return [];
  }
}
