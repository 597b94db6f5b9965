import type { TraceRow } from '../../../shared/model/trace.ts';
import { energyText, powerText } from '../../composables/quantity.ts';

/** Members whose value speaks for itself, so that their name would only take room. */
const speaking = new Set(['status', 'connectorId', 'currentTime', 'type', 'location', 'requestedMessage', 'fileName']);
/** Noise in a line that is to be short. */
const silent = new Set(['timestamp', 'vendorErrorCode', 'xmlns']);
const mostFacts = 4;
const mostLetters = 60;

type Fact = readonly [name: string, value: string];

/** What a message says, in a line: some of its values, meter values with their units. The excerpt may end anywhere. */
export function shortReading(row: Pick<TraceRow, 'excerpt' | 'action' | 'kind'>, language: string): string {
  const isXml = row.excerpt.trimStart().startsWith('<');
  const facts = isXml ? factsOfXml(row.excerpt) : factsOfJson(row.excerpt);
  if (row.kind === 'error') return isXml ? factOf(facts, 'Text') : errorText(row.excerpt);
  if (row.action === 'MeterValues' && row.kind === 'call')
    return meterReading(factOf(facts, 'connectorId'), isXml ? samplesOfXml(row.excerpt) : samplesOfJson(row.excerpt), language);
  return facts
    .filter(([name, value]) => !silent.has(name) && value !== '')
    .filter(([name, value]) => !(name === 'errorCode' && value === 'NoError'))
    .slice(0, mostFacts)
    .map(([name, value]) => (speaking.has(name) ? value : `${name} ${value}`))
    .map((text) => (text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text))
    .join(' · ');
}

const factOf = (facts: readonly Fact[], name: string): string => facts.find(([known]) => known === name)?.[1] ?? '';

function factsOfJson(text: string): readonly Fact[] {
  const members = text.matchAll(/"(\w+)"\s*:\s*("((?:[^"\\]|\\.)*)"|-?\d[\d.eE+-]*|true|false)/g);
  return [...members].map(([, name = '', value = '', inner]): Fact => [name, inner?.replace(/\\(["\\/])/g, '$1') ?? value]);
}

function factsOfXml(text: string): readonly Fact[] {
  const body = /<(?:\w+:)?Body[^>]*>([\s\S]*)/.exec(text)?.[1] ?? '';
  return factsOfElements(body);
}

const factsOfElements = (text: string): readonly Fact[] =>
  [...text.matchAll(/<(?:\w+:)?(\w+)[^>]*>([^<>]+)<\//g)].map(([, name = '', value = '']): Fact => [name, value.trim()]);

/** `["id","code","description"` of a CALLERROR. */
function errorText(text: string): string {
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, value = '']) => value);
  return strings.slice(1, 3).filter(Boolean).join(' · ').slice(0, mostLetters);
}

type Sample = ReadonlyMap<string, string>;

const samplesOfJson = (text: string): readonly Sample[] =>
  [...text.matchAll(/\{[^{}]*\}/g)].map(([sample]) => new Map(factsOfJson(sample)));

/** Of OCPP 1.6 as elements in a `sampledValue`; of 1.5 as attributes of a `value`. */
function samplesOfXml(text: string): readonly Sample[] {
  const elements = text.matchAll(/<(?:\w+:)?sampledValue\b[^>]*>([\s\S]*?)<\/(?:\w+:)?sampledValue>/g);
  const samples = [...elements].map(([, inner = '']) => new Map(factsOfElements(inner)));
  if (samples.length > 0) return samples;
  return [...text.matchAll(/<(?:\w+:)?value\b([^>]*)>([^<]*)</g)].map(([, attributes = '', value = '']) => {
    const named = [...attributes.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', text = '']): Fact => [name, text]);
    return new Map([...named, ['value', value.trim()]]);
  });
}

function meterReading(connectorId: string, samples: readonly Sample[], language: string): string {
  const register = samples.find(
    (sample) => (sample.get('measurand') ?? 'Energy.Active.Import.Register') === 'Energy.Active.Import.Register',
  );
  const power = samples.find((sample) => sample.get('measurand') === 'Power.Active.Import' && !sample.has('phase'));
  return [connectorId, quantity(power, 'kW', language), quantity(register, 'kWh', language)].filter(Boolean).join(' · ');
}

function quantity(sample: Sample | undefined, unit: 'kW' | 'kWh', language: string): string {
  const value = Number(sample?.get('value') ?? Number.NaN);
  if (!Number.isFinite(value)) return '';
  const plain = value * (sample?.get('unit') === unit ? 1000 : 1);
  return `${unit === 'kW' ? powerText(plain, language) : energyText(plain, language)}\u00a0${unit}`;
}

/** A message as people read it: JSON and XML indented. What is neither, or was cut, stays as it is. */
export function prettyText(text: string): string {
  const start = text.trimStart();
  if (start.startsWith('<')) return prettyXml(start);
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function prettyXml(text: string): string {
  let depth = 0;
  const lines: string[] = [];
  for (const [part] of text.matchAll(/<[^>]+>[^<]*/g)) {
    const isEnd = part.startsWith('</');
    const isAlone = /^<(?:[^>]*\/>|[?!])/.test(part);
    if (isEnd) depth = Math.max(0, depth - 1);
    const line = part.trim();
    // `<a>text` and the `</a>` behind it stand in one line.
    const last = lines.at(-1);
    if (isEnd && last?.endsWith('\u0000')) lines[lines.length - 1] = last.slice(0, -1) + line;
    else lines.push(`${'  '.repeat(depth)}${line}${!isEnd && !isAlone ? '\u0000' : ''}`);
    if (!isEnd && !isAlone) depth++;
  }
  return lines.join('\n').replaceAll('\u0000', '');
}

/** A piece of a message's text: names of members and tags stand out by their weight. */
export type Piece = Readonly<{ text: string; isName: boolean }>;

/** Cuts an indented text into pieces to be shown. */
export function piecesOf(text: string): readonly Piece[] {
  const names = text.startsWith('<') ? /<\/?[\w:.-]+|\/?>/g : /"(?:[^"\\]|\\.)*"(?=\s*:)/g;
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(names)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), isName: false });
    pieces.push({ text: match[0], isName: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isName: false });
  return pieces;
}
