import { createRequire } from 'node:module';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import type { StationRequest } from '../../../shared/model/command.ts';
import { prepare } from '../dispatch.ts';
import { actions } from './actions.ts';

const load = createRequire(import.meta.url);
const [validator] = load('ocpp-rpc/lib/standard-validators.js') as [{ validate(id: string, value: unknown): boolean }];
const { outgoing } = prepare(actions);

const action = (kind: StationRequest['kind']) => {
  const prepared = outgoing.get(kind);
  if (!prepared) throw new Error(`no message for ${kind}`);
  return prepared;
};

test.each<[StationRequest, string, object]>([
  [{ kind: 'remoteStart', idTag: '04A1B2' }, 'RemoteStartTransaction', { idTag: '04A1B2' }],
  [{ kind: 'remoteStart', connectorId: 2, idTag: '04A1B2' }, 'RemoteStartTransaction', { connectorId: 2, idTag: '04A1B2' }],
  [{ kind: 'remoteStop', transactionId: 7 }, 'RemoteStopTransaction', { transactionId: 7 }],
  [{ kind: 'reset', mode: 'soft' }, 'Reset', { type: 'Soft' }],
  [{ kind: 'reset', mode: 'hard' }, 'Reset', { type: 'Hard' }],
  [{ kind: 'unlock', connectorId: 1 }, 'UnlockConnector', { connectorId: 1 }],
  [
    { kind: 'changeAvailability', connectorId: 0, operative: false },
    'ChangeAvailability',
    { connectorId: 0, type: 'Inoperative' },
  ],
  [{ kind: 'changeAvailability', connectorId: 1, operative: true }, 'ChangeAvailability', { connectorId: 1, type: 'Operative' }],
  [{ kind: 'clearCache' }, 'ClearCache', {}],
  [{ kind: 'trigger', message: 'Heartbeat' }, 'TriggerMessage', { requestedMessage: 'Heartbeat' }],
  [
    { kind: 'trigger', message: 'StatusNotification', connectorId: 0 },
    'TriggerMessage',
    { requestedMessage: 'StatusNotification' },
  ],
  [
    { kind: 'trigger', message: 'MeterValues', connectorId: 2 },
    'TriggerMessage',
    { requestedMessage: 'MeterValues', connectorId: 2 },
  ],
  [{ kind: 'getConfiguration' }, 'GetConfiguration', {}],
  [{ kind: 'getConfiguration', keys: [] }, 'GetConfiguration', {}],
  [{ kind: 'getConfiguration', keys: ['HeartbeatInterval'] }, 'GetConfiguration', { key: ['HeartbeatInterval'] }],
  [{ kind: 'changeConfiguration', key: 'BlinkRepeat', value: '' }, 'ChangeConfiguration', { key: 'BlinkRepeat', value: '' }],
])('%j becomes %s %j', (request, name, wire) => {
  const prepared = action(request.kind);
  // The action was looked up by the kind of the request.
  const payload = prepared.action.toWire(request as never);
  expect(prepared.name).toBe(name);
  expect(payload).toEqual(wire);
  expect(validator.validate(`urn:${name}.req`, payload)).toBe(true);
  expect(Compile(prepared.action.request).Check(payload)).toBe(true);
});

test.each<[StationRequest['kind'], object, object]>([
  ['remoteStart', { status: 'Accepted' }, { outcome: 'accepted', answer: 'Accepted' }],
  ['remoteStop', { status: 'Rejected' }, { outcome: 'rejected', answer: 'Rejected' }],
  ['unlock', { status: 'Unlocked' }, { outcome: 'accepted', answer: 'Unlocked' }],
  ['unlock', { status: 'UnlockFailed' }, { outcome: 'rejected', answer: 'UnlockFailed' }],
  ['unlock', { status: 'NotSupported' }, { outcome: 'rejected', answer: 'NotSupported' }],
  ['changeAvailability', { status: 'Scheduled' }, { outcome: 'accepted', answer: 'Scheduled' }],
  ['changeConfiguration', { status: 'RebootRequired' }, { outcome: 'accepted', answer: 'RebootRequired' }],
  ['changeConfiguration', { status: 'NotSupported' }, { outcome: 'rejected', answer: 'NotSupported' }],
  ['trigger', { status: 'NotImplemented' }, { outcome: 'rejected', answer: 'NotImplemented' }],
])('the answer %s %j means %j', (kind, payload, answer) => {
  expect(action(kind).action.fromWire(payload as never)).toEqual(answer);
});

test('FIELD 19: keys without a value, and keys that the station does not know, come with the answer', () => {
  const payload = {
    configurationKey: [
      { key: 'HeartbeatInterval', readonly: false, value: '300' },
      { key: 'AuthorizationKey', readonly: false },
    ],
    unknownKey: ['Nonsense'],
  };
  expect(action('getConfiguration').action.fromWire(payload as never)).toEqual({
    outcome: 'accepted',
    answer: 'Accepted',
    detail: {
      keys: [
        { key: 'HeartbeatInterval', readonly: false, value: '300' },
        { key: 'AuthorizationKey', readonly: false, value: null },
      ],
      unknown: ['Nonsense'],
    },
  });
  expect(action('getConfiguration').action.fromWire({} as never)).toMatchObject({ detail: { keys: [], unknown: [] } });
});
