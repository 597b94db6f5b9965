import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Shape } from '../shape.ts';
import { elementOf, ocpp15, ocpp16 } from './versions.ts';
import { parseXml, type XmlElement } from './xml.ts';

// The official service descriptions are not ours to ship; beside a working copy that has them they are compared with.
const folder = new URL('../../../../shared/ocpp/wsdl/', import.meta.url);
const fileOf = (service: 'CentralSystem' | 'ChargePoint', version: '1.5' | '1.6') =>
  new URL(`OCPP_${service}Service_${version}.wsdl`, folder);

/** Types and elements of a description by name. */
function described(file: URL) {
  const types = new Map<string, XmlElement>();
  const elements = new Map<string, string>();
  const visit = (element: XmlElement) => {
    const { name, type } = element.attributes;
    if ((element.name === 'complexType' || element.name === 'simpleType') && name) types.set(name, element);
    if (element.name === 'element' && name && type && !element.attributes.minOccurs) elements.set(name, local(type));
    for (const child of element.children) visit(child);
  };
  visit(parseXml(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')));
  return { types, elements };
}

const local = (name = '') => name.split(':').at(-1) ?? '';
const child = (element: XmlElement | undefined, ...names: string[]): XmlElement | undefined =>
  names.reduce<XmlElement | undefined>((found, name) => found?.children.find((each) => each.name === name), element);

/** A type as one text that ours can be compared with: names in order, `?` may be absent, `*` may repeat, values of enumerations sorted. */
function officialText(types: Map<string, XmlElement>, type: XmlElement | undefined): string {
  const extension = child(type, 'simpleContent', 'extension');
  if (extension) {
    const attributes = extension.children.filter(({ name }) => name === 'attribute');
    return `text@${attributes
      .map(({ attributes: { name } }) => name)
      .sort()
      .join(',')}`;
  }
  const members = child(type, 'sequence')?.children.filter(({ name }) => name === 'element') ?? [];
  const texts = members.map((member) => {
    const { name, minOccurs, maxOccurs } = member.attributes;
    const inner = child(member, 'complexType') ?? types.get(local(member.attributes.type));
    const mark = maxOccurs === 'unbounded' ? '*' : minOccurs === '0' ? '?' : '';
    return `${name}${mark}:${inner?.name === 'complexType' ? officialText(types, inner) : simpleText(inner, local(member.attributes.type))}`;
  });
  return `{${texts.join(' ')}}`;
}

function simpleText(type: XmlElement | undefined, name: string): string {
  const values = child(type, 'restriction')?.children.filter((each) => each.name === 'enumeration') ?? [];
  if (values.length > 0)
    return values
      .map(({ attributes: { value = '' } }) => value)
      .sort()
      .join('|');
  return { int: 'int', boolean: 'boolean', DecimalOne: 'decimal', decimal: 'decimal' }[name] ?? 'string';
}

function ourText(shape: Shape): string {
  const members = Object.entries(shape.properties ?? {});
  if (shape.xmlText !== undefined)
    return `text@${members
      .map(([name]) => name)
      .filter((name) => name !== shape.xmlText)
      .sort()
      .join(',')}`;
  const texts = members.map(([name, member]) => {
    const inner = member.items ?? member;
    const mark = member.items ? '*' : shape.required?.includes(name) ? '' : '?';
    return `${name}${mark}:${inner.properties ? ourText(inner) : ourSimpleText(inner)}`;
  });
  return `{${texts.join(' ')}}`;
}

function ourSimpleText({ enum: values, type = 'string' }: Shape): string {
  if (values) return [...values].sort().join('|');
  return { integer: 'int', number: 'decimal', boolean: 'boolean' }[type] ?? 'string';
}

const directions = [
  ['1.5', ocpp15],
  ['1.6', ocpp16],
] as const;

describe.skipIf(!existsSync(folder))('our messages have the elements, order and values of the official descriptions', () => {
  for (const [version, ours] of directions) {
    test(`OCPP ${version}, from the station`, () => {
      expect(
        differences(fileOf('CentralSystem', version), ours.described, (name) => ours.dispatcher.incoming.get(name)?.action),
      ).toEqual([]);
    });
    test(`OCPP ${version}, to the station`, () => {
      const outgoing = new Map([...ours.dispatcher.outgoing.values()].map(({ name, action }) => [name, action]));
      expect(differences(fileOf('ChargePoint', version), [...outgoing.keys()], (name) => outgoing.get(name))).toEqual([]);
    });
  }
});

function differences(
  file: URL,
  names: readonly string[],
  actionOf: (name: string) => { request: unknown; confirmation: unknown } | undefined,
): string[] {
  const { types, elements } = described(file);
  return names.flatMap((name) => {
    const action = actionOf(name);
    const pairs = [
      [elementOf(name, 'Request'), action?.request],
      [elementOf(name, 'Response'), action?.confirmation],
    ] as const;
    return pairs.flatMap(([element, shape]) => {
      // We never send a hash (FACTS §6.10), and read the other spelling of the JSON schemas as well.
      const official = officialText(types, types.get(elements.get(element) ?? '')).replace(/(listVersion.*) hash\?:string/, '$1');
      const own = ourText(shape as Shape).replaceAll('Celcius|', ''); // TypeBox types are JSON Schema objects.
      return official === own ? [] : [`${element}\n  official ${official}\n  ours     ${own}`];
    });
  });
}
