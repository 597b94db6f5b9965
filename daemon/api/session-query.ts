import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type SessionColumn, sessionColumns } from '../../shared/model/session.ts';
import type { Filter, Sort } from '../../shared/model/table.ts';
import { DomainError } from '../domain/error.ts';
import type { LiveNode } from '../domain/topology/live-tree.ts';
import type { Person } from '../domain/user/person.ts';
import { type Condition, conditionOf, oneOf } from '../storage/session-filter.ts';
import type { Position } from '../storage/session-list.ts';

/** Whether the person may learn the ChargeBoxIds of stations. EV users see the station's name in their place (SECURITY A4). */
export const knowsChargeBoxIds = (person: Person): boolean => person.role !== 'evUser';

/** What the person sees under the name of a column. */
export const seenAs = (person: Person, column: string): string =>
  column === 'nodeIdentity' && !knowsChargeBoxIds(person) ? 'stationName' : column;

/** The conditions of a list: the person's scope first, then the node selected, then the filters. Refuses a filter by its place. */
export function conditionsOf(person: Person, node: LiveNode | null, filters: readonly Filter[], now: number): Condition[] {
  const asked = filters.map((filter, index) => {
    const condition = conditionOf({ ...filter, column: seenAs(person, filter.column) }, now);
    if (condition === 'unknown') throw wrong(`filters.${index}.column`, 'unknown');
    if (condition === 'notForColumn') throw wrong(`filters.${index}.op`, 'notForColumn');
    return condition;
  });
  return [...scopeOf(person), ...nodeOf(node), ...asked];
}

function scopeOf({ scope }: Person): Condition[] {
  if (scope.kind === 'all') return [];
  return [scope.kind === 'sites' ? oneOf('siteId', [...scope.siteIds]) : oneOf('accountId', [scope.accountId])];
}

/** Sessions at a node: of a site all that were ever there, of a floor those of the stations that stand there now. */
function nodeOf(node: LiveNode | null): Condition[] {
  switch (node?.kind) {
    case undefined:
    case 'system':
      return [];
    case 'site':
      return [oneOf('siteId', [node.id])];
    case 'floor':
      return [
        oneOf(
          'stationId',
          [...node.children].filter((child) => child.kind === 'station').map((child) => child.id),
        ),
      ];
    case 'station':
    case 'controller':
      return [oneOf('stationId', [node.id])];
    case 'outlet':
      return [oneOf('outletId', [node.id])];
  }
}

/** Refuses to sort by what is no column, or by the same one twice. */
export function sortOf(person: Person, sort: readonly Sort[]): readonly Sort[] {
  const known = new Set<string>(sessionColumns.map((column) => column.key satisfies SessionColumn));
  const seen = sort.map((one) => ({ ...one, column: seenAs(person, one.column) }));
  for (const [index, { column }] of seen.entries()) {
    if (!known.has(column)) throw wrong(`sort.${index}.column`, 'unknown');
    if (seen.findIndex((other) => other.column === column) < index) throw wrong(`sort.${index}.column`, 'twice');
  }
  return seen;
}

const Cursor = Compile(
  Type.Object({
    sort: Type.String(),
    now: Type.Integer(),
    keys: Type.Array(Type.Union([Type.String(), Type.Number(), Type.Null()]), { maxItems: 3 }),
    id: Type.Integer(),
  }),
);

const nameOf = (sort: readonly Sort[]) => sort.map((one) => `${one.column}${one.descending ? '-' : '+'}`).join();

/** A position as clients hold it: it fits the order it was made for, and nothing secret is in it. */
export const cursorOf = (position: Position, sort: readonly Sort[]): string =>
  Buffer.from(JSON.stringify({ ...position, sort: nameOf(sort) })).toString('base64url');

/** The position of a cursor. Refuses what is none of ours, and one of another order. */
export function positionOf(cursor: string | undefined, sort: readonly Sort[]): Position | null {
  if (cursor === undefined) return null;
  try {
    const given: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Cursor.Check(given) && given.sort === nameOf(sort) && given.keys.length === Math.max(1, sort.length)) return given;
  } catch {
    // Not even JSON; refused like the rest.
  }
  throw wrong('cursor', 'invalid');
}

const wrong = (field: string, reason: string) => new DomainError('inputInvalid', { field }, { [field]: reason });
