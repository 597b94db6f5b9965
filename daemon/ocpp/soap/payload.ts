import type { TSchema } from 'typebox';
import type { Shape } from '../shape.ts';
import { escapeXml, type XmlElement } from './xml.ts';

/** What a message says, as its JSON form would: what cannot be converted stays text, for `repair` to judge. Elements may have any order. */
export function readPayload(schema: TSchema, element: XmlElement): Record<string, unknown> {
  return readObject(schema as Shape, element);
}

function readObject(shape: Shape, element: XmlElement): Record<string, unknown> {
  const known = membersOf(shape);
  const read: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(element.attributes)) {
    const member = known.byName.get(name.toLowerCase());
    if (member) read[name] = readText(member, value);
  }
  for (const child of element.children) {
    const member = known.byName.get(child.name.toLowerCase());
    if (member?.items) {
      const list = read[child.name];
      const item = readValue(member.items, child);
      if (Array.isArray(list)) list.push(item);
      else read[child.name] = [item];
    } else if (child.name in read) {
      // The first one counts; `repair` finds no such member and tells of it.
      read[`${child.name}[1]`] = child.text;
    } else {
      read[child.name] = readValue(member, child);
    }
  }
  if (known.text !== null && !(known.text in read)) read[known.text] = element.text.trim();
  // A list has no element of its own, so an empty one cannot be told from none.
  for (const name of known.lists) read[name] ??= [];
  return { ...read };
}

function readValue(shape: Shape | undefined, element: XmlElement): unknown {
  if (element.isNil) return null;
  if (shape?.properties) return readObject(shape, element);
  if (!shape) return element.text.trim();
  // Content where a simple value belongs has no plain meaning.
  if (element.children.length > 0) return {};
  return readText(shape, element.text);
}

function readText(shape: Shape, text: string): unknown {
  const trimmed = text.trim();
  if (shape.type === 'integer' || shape.type === 'number') {
    return /^[-+]?\d{1,15}(\.\d{1,15})?$/.test(trimmed) ? Number(trimmed) : trimmed;
  }
  if (shape.type === 'boolean') return booleans.get(trimmed) ?? trimmed;
  return shape.verbatim ? text : trimmed;
}

const booleans = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

type Members = Readonly<{ byName: ReadonlyMap<string, Shape>; text: string | null; lists: readonly string[] }>;
const members = new WeakMap<Shape, Members>();

function membersOf(shape: Shape): Members {
  let known = members.get(shape);
  if (!known) {
    const entries = Object.entries(shape.properties ?? {});
    known = {
      byName: new Map(entries.map(([name, member]) => [name.toLowerCase(), member])),
      text: shape.xmlText ?? null,
      lists: entries.flatMap(([name, { items }]) => (items && shape.required?.includes(name) ? [name] : [])),
    };
    members.set(shape, known);
  }
  return known;
}

/** The members of a payload as elements, in the order of the schema, as the services' descriptions want it (FACTS §1). */
export function writePayload(schema: TSchema, payload: object, prefix: string): string {
  return writeMembers(schema as Shape, payload as Readonly<Record<string, unknown>>, prefix);
}

function writeMembers(shape: Shape, payload: Readonly<Record<string, unknown>>, prefix: string): string {
  let written = '';
  for (const [name, member] of Object.entries(shape.properties ?? {})) {
    const value = payload[name];
    if (value === undefined || value === null) continue;
    if (member.items && Array.isArray(value)) for (const item of value) written += writeElement(name, member.items, item, prefix);
    else written += writeElement(name, member, value, prefix);
  }
  return written;
}

function writeElement(name: string, shape: Shape, value: unknown, prefix: string): string {
  if (!shape.properties || typeof value !== 'object' || value === null) {
    return `<${prefix}:${name}>${escapeXml(String(value))}</${prefix}:${name}>`;
  }
  // An object by its schema, which the payload has passed.
  const object = value as Readonly<Record<string, unknown>>;
  return `<${prefix}:${name}>${writeMembers(shape, object, prefix)}</${prefix}:${name}>`;
}
