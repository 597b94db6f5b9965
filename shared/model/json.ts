import { Type } from 'typebox';

/** Whatever JSON can say. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A value whose shape only its reader knows. Unlike `Type.Unknown()`, a member of it is always there. */
export const Json = Type.Unsafe<JsonValue>(Type.Unknown());
