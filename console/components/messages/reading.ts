import type { TraceRow } from '../../../shared/model/trace.ts';
import { energyText, powerText } from '../../composables/quantity.ts';

/** Members whose value speaks for itself, so that their name would only take room. */
const speaking = new Set(['status', 'connectorId', 'currentTime', 'type', 'location', 'requestedMessage', 'fileName']);
/** Noise in a line that is to be short. */
const silent = new Set(['timestamp', 'vendorErrorCode', 'xmlns']);
const mostFacts = 4;
const mostLetters = 60;
/** Of words that are all that there is to say. */
const mostWords = 160;

type Fact = readonly [name: string, value: string];

/** What a message says, in a line: some of its values, meter values with their units. The excerpt may end anywhere. */
export function shortReading(row: Pick<TraceRow, 'excerpt' | 'action' | 'kind'>, language: string): string {
  // What is no message says nothing but itself.
  if (row.kind === 'other') return shortened(visible(row.excerpt.trim()), mostWords);
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
    .map((text) => shortened(visible(text), mostLetters))
    .join(' · ');
}

const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for, with those that turn the direction of writing.
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A text in which nothing hides: what has no look of its own is written as its number, as in `\u0000`. */
export const visible = (text: string): string =>
  text.replace(unseen, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

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
  return shortened(visible(strings.slice(1, 3).filter(Boolean).join(' · ')), mostWords);
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

/** A message as people read it: JSON and XML indented, also when it was cut. What is neither stays as it is. */
export function prettyText(text: string, isCut = false): string {
  const start = text.trimStart();
  if (start.startsWith('<')) return visible(prettyXml(start));
  try {
    return visible(JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    return visible(isCut && /^[[{]/.test(start) ? prettyCut(start) : text);
  }
}

/** The beginning of a JSON text, indented as the whole would be. */
function prettyCut(text: string): string {
  const indented = (depth: number) => `\n${'  '.repeat(depth)}`;
  let depth = 0;
  let out = '';
  for (const [part] of text.matchAll(/"(?:[^"\\]|\\[\s\S])*"?|[{}[\],:]|[^\s"{}[\],:]+/g)) {
    if (part === '{' || part === '[') out += part + indented(++depth);
    else if (part === '}' || part === ']') {
      depth = Math.max(0, depth - 1);
      out = /[{[]\s*$/.test(out.slice(-200)) ? out.trimEnd() + part : out + indented(depth) + part;
    } else if (part === ',') out += part + indented(depth);
    else out += part === ':' ? ': ' : part;
  }
  return out;
}

function prettyXml(text: string): string {
  let depth = 0;
  const lines: string[] = [];
  for (const [part] of text.matchAll(/<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<!--[\s\S]*?(?:-->|$)[^<]*|<[^>]*>?[^<]*/g)) {
    const isEnd = part.startsWith('</');
    const isAlone = /^<(?:[^>]*\/>|[?!])/.test(part);
    if (isEnd) depth = Math.max(0, depth - 1);
    const line = part.trim();
    // `<a>text` and the `</a>` behind it stand in one line, and so does CDATA.
    const last = lines.at(-1);
    if ((isEnd || part.startsWith('<![CDATA[')) && last?.endsWith('\u0000'))
      lines[lines.length - 1] = last.slice(0, -1) + line + (isEnd ? '' : '\u0000');
    else lines.push(`${'  '.repeat(depth)}${line}${!isEnd && !isAlone ? '\u0000' : ''}`);
    if (!isEnd && !isAlone) depth++;
  }
  return lines.join('\n').replaceAll('\u0000', '');
}

/** A line of an indented text, with the letters of its indent in front. */
export type Line = Readonly<{ indent: number; pieces: readonly Piece[] }>;

export const linesOf = (text: string): readonly Line[] =>
  text.split('\n').map((line) => ({ indent: line.search(/\S|$/), pieces: piecesOf(line) }));

/** A piece of a message's text: names of members and tags stand out by their weight. */
export type Piece = Readonly<{ text: string; isName: boolean }>;

/** Cuts a line into pieces to be shown. */
function piecesOf(text: string): readonly Piece[] {
  const names = /^\s*</.test(text) ? /<\/?[\w:.-]+|\/?>/g : /"(?:[^"\\]|\\.)*"(?=\s*:)/g;
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
