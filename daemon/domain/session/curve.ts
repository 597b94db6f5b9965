import { energySoFar, newMeter, readRegister } from './energy.ts';

/**
 * The registers of a session's samples as energy since its start, by the same rules that its sum is made by: a register that falls,
 * begins anew or comes in kWh does not bend the curve. Samples in the order of time.
 */
export function energyCurve<Sample extends Readonly<{ sampledAt: number; energyWh: number | null }>>(
  session: Readonly<{ meterStartWh: number; startedAt: number }>,
  samples: readonly Sample[],
): Sample[] {
  const meter = newMeter(session.meterStartWh, session.startedAt, null);
  return samples.map((sample) => {
    if (sample.energyWh === null) return sample;
    readRegister(meter, sample.sampledAt, sample.energyWh);
    return { ...sample, energyWh: energySoFar(meter) };
  });
}
