import { type Static, type TProperties, Type } from 'typebox';
import type { TagStatus } from '../../domain/authorization/authorize.ts';
import type { Station } from '../../domain/station/station.ts';
import { TIME_PATTERN } from '../time.ts';

/** A message: unknown members are flaws (the JSON schemas of OCPP 1.6 allow none). */
export const message = <T extends TProperties>(members: T, options: Readonly<{ minProperties?: number }> = {}) =>
  Type.Object(members, { additionalProperties: false, ...options });

/** Largest integer that a message carries: `xs:int` (FACTS §11). */
const INT_MAX = 2_147_483_647;
/** More connectors than this no station has; a number beyond is a mistake, not a connector. */
const CONNECTOR_MAX = 1000;

/** What stands in for a member that is missing or unusable (see `repair.ts`). */
type Absent<T> = Readonly<{ absent?: T }>;

/** OCPP `integer`, 32 bits. */
export const int = (options: Absent<number> = {}) => Type.Integer({ minimum: -INT_MAX - 1, maximum: INT_MAX, ...options });
export const Int = int();

/** Stands in for a connector number that is missing or unusable; see `connectorOf`. */
const NO_CONNECTOR = -1;

export const connectorId = (options: Absent<number> = {}) => Type.Integer({ minimum: 0, maximum: CONNECTOR_MAX, ...options });
export const ConnectorId = connectorId();
/** Where a missing one must not cost the message. */
export const TransactionConnectorId = connectorId({ absent: NO_CONNECTOR });

/** Id of a transaction that its station did not learn, or lost (FACTS §6.5). */
export const NO_TRANSACTION = -1;

/** Energy register, Wh; -1 is what stations write when they do not know it (FACTS §10). Some count beyond 32 bits. */
export const MeterWh = Type.Integer({
  minimum: -INT_MAX - 1,
  maximum: Number.MAX_SAFE_INTEGER,
  absent: -1,
  description: 'Energy register of the outlet, Wh',
});

/** OCPP 1.6 §7.28. Longer ones come as they are, so that no two tags become one by cutting. */
export const IdToken = Type.String({ maxLength: 20, keepTo: 255 });
export const TransactionIdToken = Type.String({ maxLength: 20, keepTo: 255, absent: '' });

export const DateTime = Type.String({ pattern: TIME_PATTERN, time: true, absent: '' });

/** A text; one that is too long is cut, where it is worth more than `maxLength` at `keepTo`. */
export const text = (maxLength: number, options: Readonly<{ keepTo?: number; absent?: string }> = {}) =>
  Type.String({ maxLength, ...options });

/** An enumeration of OCPP; `aliases` are other spellings whose meaning is plain. */
export const oneOf = <const T extends readonly string[]>(values: T, aliases: Readonly<Record<string, T[number]>> = {}) =>
  Type.Unsafe<T[number]>(Type.Enum([...values], { aliases }));

/** An enumeration whose unknown values are kept as the text that came. */
export const openOneOf = (
  values: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
  options: Absent<string> = {},
) => Type.Unsafe<string>(Type.Enum([...values], { aliases, open: true, ...options }));

export const IdTagInfo = message({
  status: oneOf(['Accepted', 'Blocked', 'Expired', 'Invalid', 'ConcurrentTx']),
  expiryDate: Type.Optional(DateTime),
  parentIdTag: Type.Optional(IdToken),
});

/** OCPP 1.6 §7.27: what a station may do with a tag, and how long it may remember that. */
export function idTagInfo(tag: TagStatus): Static<typeof IdTagInfo> {
  return {
    status: tag.status,
    ...(tag.expiresAt !== null && { expiryDate: new Date(tag.expiresAt).toISOString() }),
    ...(tag.parentIdTag !== null && { parentIdTag: tag.parentIdTag }),
  };
}

/**
 * The connector that a transaction message means when it names none: the only one that the station has. One of several cannot be told
 * apart, so it is the station itself (0): the transaction is kept and answered all the same (FACTS §6.3, SECURITY R3).
 */
export function connectorOf(station: Station, connectorId: number): number {
  if (connectorId !== NO_CONNECTOR) return connectorId;
  const outlets = [...station.connectors.keys()].filter((id) => id > 0);
  return outlets.length === 1 ? (outlets[0] ?? 0) : 0;
}

/** Answer without content. */
export const Empty = Type.Object({}, { additionalProperties: false });
/** The one object that every empty answer is. */
export const EMPTY: Readonly<Record<string, never>> = Object.freeze({});
