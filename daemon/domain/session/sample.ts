import type { SamplesTable } from '../../storage/tables.ts';
import { type Reading, type ReadingValue, readingContexts } from './reading.ts';

type Figures = Pick<
  SamplesTable,
  'energyWh' | 'powerW' | 'currentMa' | 'voltageMv' | 'socPercent' | 'offeredMa' | 'temperatureC' | 'other'
>;

/** A reading as it is stored, and the register, interval and power with their decimals for the rules. */
export type Sample = Readonly<{
  figures: Figures;
  context: number;
  registerWh: number | null;
  intervalWh: number | null;
  powerW: number | null;
}>;

/** The base unit of each unit, and how many of it one is. Compared without regard to case (FACTS §2, §6.6). */
const factors: ReadonlyMap<string, number> = new Map([
  ['wh', 1],
  ['kwh', 1000],
  ['mwh', 1e6],
  ['w', 1],
  ['kw', 1000],
  ['mw', 1e6],
  ['a', 1],
  ['amp', 1],
  ['ma', 0.001],
  ['v', 1],
  ['volt', 1],
  ['mv', 0.001],
  ['kv', 1000],
  ['percent', 1],
  ['%', 1],
]);
const mostNumber = 1e15;
const decimal = /^[+-]?\d*\.?\d+(e[+-]?\d+)?$/i;

/** Measurands that are read as numbers, and how the values of phases become one. */
const measured = {
  'Energy.Active.Import.Register': 'sum',
  'Energy.Active.Import.Interval': 'sum',
  'Power.Active.Import': 'sum',
  'Current.Import': 'highest',
  'Current.Offered': 'highest',
  Voltage: 'mean',
  SoC: 'highest',
  Temperature: 'highest',
} as const;
type Measurand = keyof typeof measured;

/** A number as stations write it: comma decimals and spaces are seen. Null: none, or none that can be meant. */
export function numberOf(text: string): number | null {
  const isPlain = decimal.test(text);
  const mended = isPlain ? text : text.trim().replace(',', '.');
  if (!isPlain && !decimal.test(mended)) return null;
  const number = Number(mended);
  return Number.isFinite(number) && Math.abs(number) <= mostNumber ? number : null;
}

function inBaseUnit(value: ReadingValue): number | null {
  const number = numberOf(value.value);
  if (number === null) return null;
  const unit = value.unit?.toLowerCase() ?? null;
  if (value.measurand === 'Temperature') return inCelsius(number, unit);
  if (unit === null) return number;
  const factor = factors.get(unit);
  return factor === undefined ? null : number * factor;
}

function inCelsius(number: number, unit: string | null): number | null {
  if (unit === null || unit === 'celsius' || unit === 'celcius') return number;
  if (unit === 'k' || unit === 'kelvin') return number - 273.15;
  return unit === 'fahrenheit' ? ((number - 32) * 5) / 9 : null;
}

/** A value that is a number in its base unit. */
type Measured = Readonly<{ value: ReadingValue; number: number }>;

/** What a reading says, by measurand; what no column holds is in `others`. */
type Sorted = { [Name in Measurand]?: Measured[] } & { others: Record<string, string> | null };

function sorted(values: readonly ReadingValue[]): Sorted {
  const found: Sorted = { others: null };
  for (const value of values) {
    const number = value.format === 'Raw' && isMeasured(value.measurand) ? inBaseUnit(value) : null;
    if (number !== null) {
      const measurand = value.measurand as Measurand; // It is, or there would be no number.
      const same = found[measurand];
      if (same) same.push({ value, number });
      else found[measurand] = [{ value, number }];
    }
    if (number === null || !isWhole(value)) found.others = withOther(found.others, value);
  }
  return found;
}

const isMeasured = (measurand: string): measurand is Measurand => Object.hasOwn(measured, measurand);

/** Whether a column holds all that the value says. */
const isWhole = ({ phase, location, measurand }: ReadingValue): boolean =>
  phase === null && (location === null || location === 'Outlet') && measurand !== 'Energy.Active.Import.Interval';

/** The values that count for a measurand: where the car is rather than elsewhere, the total rather than its phases. */
function counting(all: readonly Measured[]): readonly Measured[] {
  if (all.length < 2) return all.filter(({ value }) => value.phase === null || isPhase(value.phase));
  const atOutlet = all.filter(({ value }) => value.location === null || value.location === 'Outlet');
  const here = atOutlet.length > 0 ? atOutlet : all.filter(({ value }) => value.location === all[0]?.value.location);
  const totals = here.filter(({ value }) => value.phase === null);
  return totals.length > 0 ? totals.slice(0, 1) : here.filter(({ value }) => isPhase(value.phase));
}

/** One of the three; between two of them, or of the neutral conductor, is neither a part of a sum nor of a mean. */
const isPhase = (phase: string | null) => phase !== null && /^L[123](-N)?$/.test(phase);

function figureOf(all: Sorted, measurand: Measurand): number | null {
  const same = all[measurand];
  if (same === undefined) return null;
  const [only] = same;
  if (same.length === 1 && only?.value.phase === null) return only.number;
  const found = counting(same);
  if (found.length === 0) return null;
  if (measured[measurand] === 'highest') return Math.max(...found.map(({ number }) => number));
  const sum = found.reduce((total, { number }) => total + number, 0);
  return measured[measurand] === 'sum' ? sum : sum / found.length;
}

const rounded = (number: number | null, factor = 1) => (number === null ? null : Math.round(number * factor));

/** A reading in the columns that most questions need; what they cannot hold stays beside them in the station's own words. */
export function sampleOf(reading: Reading): Sample {
  const found = sorted(reading.values);
  const registerWh = figureOf(found, 'Energy.Active.Import.Register');
  const powerW = figureOf(found, 'Power.Active.Import');
  return {
    figures: {
      energyWh: rounded(registerWh),
      powerW: rounded(powerW),
      currentMa: rounded(figureOf(found, 'Current.Import'), 1000),
      voltageMv: rounded(figureOf(found, 'Voltage'), 1000),
      socPercent: figureOf(found, 'SoC'),
      offeredMa: rounded(figureOf(found, 'Current.Offered'), 1000),
      temperatureC: figureOf(found, 'Temperature'),
      other: found.others === null ? null : JSON.stringify(found.others),
    },
    context: readingContexts.indexOf(reading.context),
    registerWh,
    intervalWh: figureOf(found, 'Energy.Active.Import.Interval'),
    powerW,
  };
}

/** What no column holds: other measurands, phases, places, signed blocks, and text where a number belongs. */
function withOther(others: Record<string, string> | null, value: ReadingValue): Record<string, string> {
  const signed = value.format === 'SignedData' ? ' signed' : '';
  const name = `${value.measurand}${value.phase ? ` ${value.phase}` : ''}${value.location ? ` @${value.location}` : ''}${signed}`;
  // Without a prototype: a station may call its measurand `__proto__`.
  const all: Record<string, string> = others ?? Object.create(null);
  all[name] = value.unit === null ? value.value : `${value.value} ${value.unit}`;
  return all;
}
