import { type Static, Type } from 'typebox';
import type { Central } from '../../domain/central.ts';
import type { Reading, ReadingValue } from '../../domain/session/reading.ts';
import { noteDeviation } from '../../domain/station/deviation.ts';
import type { Station } from '../../domain/station/station.ts';
import { readTime } from '../time.ts';
import { DateTime, message, oneOf, openOneOf } from './fields.ts';

const commaDecimal = /^\s*[-+]?\d+,\d+\s*$/;

const measurands = [
  'Energy.Active.Export.Register',
  'Energy.Active.Import.Register',
  'Energy.Reactive.Export.Register',
  'Energy.Reactive.Import.Register',
  'Energy.Active.Export.Interval',
  'Energy.Active.Import.Interval',
  'Energy.Reactive.Export.Interval',
  'Energy.Reactive.Import.Interval',
  'Power.Active.Export',
  'Power.Active.Import',
  'Power.Offered',
  'Power.Reactive.Export',
  'Power.Reactive.Import',
  'Power.Factor',
  'Current.Import',
  'Current.Export',
  'Current.Offered',
  'Voltage',
  'Frequency',
  'Temperature',
  'SoC',
  'RPM',
] as const;

const units = [
  'Wh',
  'kWh',
  'varh',
  'kvarh',
  'W',
  'kW',
  'VA',
  'kVA',
  'var',
  'kvar',
  'A',
  'V',
  'K',
  'Celcius',
  'Celsius',
  'Fahrenheit',
  'Percent',
] as const;

const contexts = [
  'Sample.Periodic',
  'Sample.Clock',
  'Transaction.Begin',
  'Transaction.End',
  'Trigger',
  'Interruption.Begin',
  'Interruption.End',
  'Other',
] as const;

/** OCPP 1.6 §7.43. Values that the lists do not know stay as they came: they are readings all the same (FIELD 12). */
const SampledValue = message({
  value: Type.String(),
  context: Type.Optional(oneOf(contexts, { Periodic: 'Sample.Periodic', Clock: 'Sample.Clock' })),
  format: Type.Optional(oneOf(['Raw', 'SignedData'])),
  measurand: Type.Optional(openOneOf(measurands)),
  phase: Type.Optional(openOneOf(['L1', 'L2', 'L3', 'N', 'L1-N', 'L2-N', 'L3-N', 'L1-L2', 'L2-L3', 'L3-L1'])),
  location: Type.Optional(openOneOf(['Outlet', 'Inlet', 'Body', 'Cable', 'EV'])),
  unit: Type.Optional(
    openOneOf(units, {
      Amp: 'A',
      Amps: 'A',
      Ampere: 'A',
      Volt: 'V',
      Volts: 'V',
      Watt: 'W',
      C: 'Celsius',
      '°C': 'Celsius',
      '%': 'Percent',
    }),
  ),
});

/** OCPP 1.6 §7.33. Stations that were updated still have messages in the words of 1.5 in their queue (FACTS §10). */
export const MeterValue = message({
  timestamp: DateTime,
  sampledValue: Type.Array(SampledValue, { absent: [], formerly: ['values', 'value'] }),
});

/** What a value without a measurand is, by its unit; without one too, or with one of energy, it is the register (FACTS §6.6). */
const measurandOfUnit: ReadonlyMap<string, (typeof measurands)[number]> = new Map([
  ['W', 'Power.Active.Import'],
  ['kW', 'Power.Active.Import'],
  ['A', 'Current.Import'],
  ['V', 'Voltage'],
  ['Percent', 'SoC'],
  ['Celsius', 'Temperature'],
  ['Celcius', 'Temperature'],
]);

/** Readings of a message in the domain's terms: what is absent has the meaning that OCPP gives it (FACTS §6.6). */
export function toReadings(
  central: Central,
  station: Station,
  action: 'MeterValues' | 'StopTransaction',
  meterValues: readonly Static<typeof MeterValue>[],
): Reading[] {
  const readings: Reading[] = [];
  for (const { timestamp, sampledValue } of meterValues) {
    const at = readTime(timestamp);
    // One message may mix contexts under one time stamp; a reading has one.
    let reading: { at: number | null; context: Reading['context']; values: ReadingValue[] } | undefined;
    for (const sampled of sampledValue) {
      const context = sampled.context ?? 'Sample.Periodic';
      if (reading?.context !== context) {
        reading = { at, context, values: [] };
        readings.push(reading);
      }
      // The schema takes any text for a value; the domain reads this one, and the station's maker shall hear of it.
      if (sampled.value.includes(',') && commaDecimal.test(sampled.value))
        noteDeviation(central, station, { kind: 'commaDecimal', action, example: sampled.value });
      reading.values.push({
        measurand: sampled.measurand ?? measurandOfUnit.get(sampled.unit ?? '') ?? 'Energy.Active.Import.Register',
        phase: sampled.phase ?? null,
        location: sampled.location ?? null,
        unit: sampled.unit ?? null,
        format: sampled.format ?? 'Raw',
        value: sampled.value,
      });
    }
  }
  return readings;
}

/** The register at the start or the end. Below zero it is unknown to the station (FACTS §10: meterStop -1). */
export function knownMeter(central: Central, station: Station, action: string, wh: number): number | null {
  if (wh >= 0) return wh;
  noteDeviation(central, station, { kind: 'meterUnknown', action, example: String(wh) });
  return null;
}
