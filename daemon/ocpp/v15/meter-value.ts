import { type Static, Type } from 'typebox';
import { DateTime, message, oneOf, openOneOf } from '../v16/fields.ts';
import type { MeterValue as MeterValue16 } from '../v16/readings.ts';

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
  'Power.Reactive.Export',
  'Power.Reactive.Import',
  'Current.Export',
  'Current.Import',
  'Voltage',
  'Temperature',
] as const;
const contexts = [
  'Interruption.Begin',
  'Interruption.End',
  'Sample.Clock',
  'Sample.Periodic',
  'Transaction.Begin',
  'Transaction.End',
] as const;
const units = ['Wh', 'kWh', 'varh', 'kvarh', 'W', 'kW', 'var', 'kvar', 'Amp', 'Volt', 'Celsius'] as const;
const otherUnits = { A: 'Amp', Ampere: 'Amp', V: 'Volt', Watt: 'W', Celcius: 'Celsius' } as const;
const unitOf: ReadonlyMap<string, string> = new Map([
  ['Amp', 'A'],
  ['Volt', 'V'],
]);

/** OCPP 1.5 §7.24: the text of the element is the value, the rest are attributes. There are no phases. */
const Value = Type.Object(
  {
    value: Type.String(),
    context: Type.Optional(oneOf(contexts, { Periodic: 'Sample.Periodic', Clock: 'Sample.Clock' })),
    format: Type.Optional(oneOf(['Raw', 'SignedData'])),
    measurand: Type.Optional(openOneOf(measurands)),
    location: Type.Optional(openOneOf(['Inlet', 'Outlet', 'Body'])),
    unit: Type.Optional(openOneOf(units, otherUnits)),
  },
  { additionalProperties: false, xmlText: 'value' },
);

export const MeterValue = message({ timestamp: DateTime, value: Type.Array(Value, { absent: [] }) });

/** The same in the form of 1.6, with its units. */
export const asMeterValue16 = ({ timestamp, value }: Static<typeof MeterValue>): Static<typeof MeterValue16> => ({
  timestamp,
  sampledValue: value.map(({ unit, ...rest }) => ({ ...rest, ...(unit !== undefined && { unit: unitOf.get(unit) ?? unit }) })),
});
