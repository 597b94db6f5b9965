import { type Static, Type } from 'typebox';

/** What a column holds, which decides its filter, its alignment and its text. Energy is Wh and shown in kWh, power W in kW. */
export type ColumnKind = 'text' | 'number' | 'energy' | 'power' | 'time' | 'duration' | 'set';

/** A column of a table whose rows the daemon filters and sorts. `key` is the member of the row. */
export type Column = Readonly<{ key: string; kind: ColumnKind; values?: readonly string[]; visible: boolean }>;

/** Ranges of time that move with the clock. A filter that carries one is made anew when its view is opened. */
export const periods = [
  'today',
  'yesterday',
  'last7Days',
  'last30Days',
  'thisMonth',
  'previousMonth',
  'thisYear',
  'last12Months',
] as const;
export type Period = (typeof periods)[number];

const FilterText = Type.String({ maxLength: 200 });

/** A filter of one column; all filters of a table hold at once. Ranges include both ends; a missing end is open. */
export const Filter = Type.Union([
  Type.Object({ column: Type.String(), op: Type.Enum(['contains', 'notContains', 'is', 'startsWith']), value: FilterText }),
  Type.Object({
    column: Type.String(),
    op: Type.Literal('between'),
    from: Type.Optional(Type.Number()),
    to: Type.Optional(Type.Number()),
    period: Type.Optional(Type.Enum([...periods], { description: 'Which moving range `from` and `to` were made from' })),
  }),
  Type.Object({ column: Type.String(), op: Type.Literal('in'), values: Type.Array(FilterText, { maxItems: 100 }) }),
  Type.Object({ column: Type.String(), op: Type.Enum(['empty', 'notEmpty']) }),
]);
export type Filter = Static<typeof Filter>;

export const Sort = Type.Object({ column: Type.String(), descending: Type.Boolean() });
export type Sort = Static<typeof Sort>;

/** A page of a long list: rows that follow `cursor` in the order asked for. */
export const PageRequest = Type.Object({
  filters: Type.Array(Filter, { maxItems: 30 }),
  sort: Type.Array(Sort, { maxItems: 3 }),
  cursor: Type.Optional(Type.String({ maxLength: 1000, description: 'From the page before; none: the first page' })),
  limit: Type.Integer({ minimum: 1, maximum: 500 }),
});
export type PageRequest = Static<typeof PageRequest>;

/** What a person has made of a table: kept per account (PRODUCT M8). */
export const TableView = Type.Object({
  name: Type.String({ maxLength: 60 }),
  columns: Type.Array(
    Type.Object({
      key: Type.String(),
      width: Type.Optional(Type.Integer({ minimum: 40, maximum: 1000 })),
      hidden: Type.Boolean(),
    }),
    { maxItems: 60 },
  ),
  filters: Type.Array(Filter, { maxItems: 30 }),
  sort: Type.Array(Sort, { maxItems: 3 }),
});
export type TableView = Static<typeof TableView>;
