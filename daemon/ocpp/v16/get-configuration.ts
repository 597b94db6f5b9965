import { Type } from 'typebox';
import { outgoing } from '../action.ts';
import { message, text } from './fields.ts';

const KeyValue = message({
  key: Type.String({ maxLength: 50, keepTo: 255 }),
  readonly: Type.Boolean({ absent: false }),
  // Lists of measurands grow beyond the 500 characters of the paper; cut, they would read like another value.
  value: Type.Optional(Type.String({ maxLength: 500, keepTo: 10_000 })),
});

/** OCPP 1.6 §5.8. No keys: all. The answer's `detail` is `{ keys, unknown }`. */
export const GetConfiguration = outgoing({
  kind: 'getConfiguration',
  request: message({ key: Type.Optional(Type.Array(text(50))) }),
  confirmation: message({
    configurationKey: Type.Optional(Type.Array(KeyValue)),
    unknownKey: Type.Optional(Type.Array(Type.String({ maxLength: 50, keepTo: 255 }))),
  }),
  toWire: ({ keys }) => (keys === undefined || keys.length === 0 ? {} : { key: keys }),
  fromWire: ({ configurationKey = [], unknownKey = [] }) => ({
    outcome: 'accepted',
    answer: 'Accepted',
    detail: {
      keys: configurationKey.map(({ key, readonly, value }) => ({ key, readonly, value: value ?? null })),
      unknown: unknownKey,
    },
  }),
});
