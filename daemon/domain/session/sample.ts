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

/** Measurands with a column, and how the values of phases become one. */
const columns = {
  'Energy.Active.Import.Register': 'sum',
  'Energy.Active.Import.Interval': 'sum',
  'Power.Active.Import': 'sum',
  'Current.Import': 'highest',
  'Current.Offered': 'highest',
  Voltage: 'mean',
  SoC: 'highest',
  Temperature: 'highest',
} as const;
type Measurand = keyof typeof columns;

const isMeasured = (measurand: string): measurand is Measurand => Object.hasOwn(columns, measurand);

/** A number as stations write it: comma decimals and spaces are seen. Null: none, or none that can be meant. */
export function numberOf(text: string): number | null {
  const trimmed = text.trim().replace(',', '.');
  if (trimmed === '' || !/^[+-]?\d*\.?\d+(e[+-]?\d+)?$/i.test(trimmed)) return null;
  const number = Number(trimmed);
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

/** A value that is a number of a measurand with a column. */
type Measured = Readonly<{ value: ReadingValue; measurand: Measurand; number: number }>;

function measuredOf(values: readonly ReadingValue[]): readonly Measured[] {
  const found: Measured[] = [];
  for (const value of values) {
    if (value.format !== 'Raw' || !isMeasured(value.measurand)) continue;
    const number = inBaseUnit(value);
    if (number !== null) found.push({ value, measurand: value.measurand, number });
  }
  return found;
}

/** The values that count for a measurand: where the car is rather than elsewhere, the total rather than its phases. */
function counting(measured: readonly Measured[], measurand: Measurand): readonly Measured[] {
  const all = measured.filter((each) => each.measurand === measurand);
  if (all.length < 2) return all.filter(({ value }) => value.phase === null || isPhase(value.phase));
  const atOutlet = all.filter(({ value }) => value.location === null || value.location === 'Outlet');
  const here = atOutlet.length > 0 ? atOutlet : all.filter(({ value }) => value.location === all[0]?.value.location);
  const totals = here.filter(({ value }) => value.phase === null);
  return totals.length > 0 ? totals.slice(0, 1) : here.filter(({ value }) => isPhase(value.phase));
}

/** One of the three; between two of them, or of the neutral conductor, is neither a part of a sum nor of a mean. */
const isPhase = (phase: string | null) => phase !== null && /^L[123](-N)?$/.test(phase);

function figureOf(measured: readonly Measured[], measurand: Measurand): number | null {
  const found = counting(measured, measurand);
  if (found.length === 0) return null;
  if (columns[measurand] === 'highest') return Math.max(...found.map(({ number }) => number));
  const sum = found.reduce((total, { number }) => total + number, 0);
  return columns[measurand] === 'sum' ? sum : sum / found.length;
}

const rounded = (number: number | null, factor = 1) => (number === null ? null : Math.round(number * factor));

/** A reading in the columns that most questions need; what they cannot hold stays beside them in the station's own words. */
export function sampleOf(reading: Reading): Sample {
  const { values } = reading;
  const measured = measuredOf(values);
  const registerWh = figureOf(measured, 'Energy.Active.Import.Register');
  const powerW = figureOf(measured, 'Power.Active.Import');
  return {
    figures: {
      energyWh: rounded(registerWh),
      powerW: rounded(powerW),
      currentMa: rounded(figureOf(measured, 'Current.Import'), 1000),
      voltageMv: rounded(figureOf(measured, 'Voltage'), 1000),
      socPercent: figureOf(measured, 'SoC'),
      offeredMa: rounded(figureOf(measured, 'Current.Offered'), 1000),
      temperatureC: figureOf(measured, 'Temperature'),
      other: othersOf(values),
    },
    context: readingContexts.indexOf(reading.context),
    registerWh,
    intervalWh: figureOf(measured, 'Energy.Active.Import.Interval'),
    powerW,
  };
}

/** What no column holds: other measurands, phases, places, signed blocks, and text where a number belongs. As JSON. */
function othersOf(values: readonly ReadingValue[]): string | null {
  const others: Record<string, string> = Object.create(null);
  let has = false;
  for (const value of values) {
    if (isInColumn(value)) continue;
    const signed = value.format === 'SignedData' ? ' signed' : '';
    const name = `${value.measurand}${value.phase ? ` ${value.phase}` : ''}${value.location ? ` @${value.location}` : ''}${signed}`;
    others[name] = value.unit === null ? value.value : `${value.value} ${value.unit}`;
    has = true;
  }
  return has ? JSON.stringify(others) : null;
}

function isInColumn(value: ReadingValue): boolean {
  const isWhole = value.phase === null && (value.location === null || value.location === 'Outlet') && value.format === 'Raw';
  if (!isWhole || !isMeasured(value.measurand) || value.measurand === 'Energy.Active.Import.Interval') return false;
  return inBaseUnit(value) !== null;
}
