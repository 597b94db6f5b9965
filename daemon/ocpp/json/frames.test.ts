import { expect, test } from 'vitest';
import { callFrame, errorFrame, readFrame, resultFrame } from './frames.ts';

test('a call, a result and an error are read', () => {
  expect(readFrame('[2,"19223201","Heartbeat",{}]')).toEqual({
    kind: 'call',
    id: '19223201',
    wireId: '"19223201"',
    action: 'Heartbeat',
    payload: {},
    flaw: null,
  });
  expect(readFrame('[3,"19223201",{"status":"Accepted"}]')).toEqual({
    kind: 'result',
    id: '19223201',
    payload: { status: 'Accepted' },
  });
  expect(readFrame('[4,"19223201","NotSupported","no",{}]')).toEqual({
    kind: 'error',
    id: '19223201',
    code: 'NotSupported',
    description: 'no',
    details: {},
  });
});

test.each([
  ['[2,17,"Heartbeat",{}]', 'idAsNumber', '17'],
  ['["2","17","Heartbeat",{}]', 'messageTypeAsText', '"17"'],
  ['[2,"17","Heartbeat",{},{}]', 'extraElements', '"17"'],
  [`[2,"${'x'.repeat(40)}","Heartbeat",{}]`, 'idTooLong', `"${'x'.repeat(40)}"`],
  ['[2,"17","Heartbeat",{}]\0', 'trailingBytes', '"17"'],
  ['\uFEFF[2,"17","Heartbeat",{}]', 'trailingBytes', '"17"'],
])('an odd frame is understood: %j', (text, flaw, wireId) => {
  expect(readFrame(text)).toMatchObject({ kind: 'call', flaw, wireId, action: 'Heartbeat' });
});

test('a call without payload has none', () => {
  expect(readFrame('[2,"17","Heartbeat"]')).toMatchObject({ kind: 'call', payload: undefined });
});

test('the id of a broken call is still found', () => {
  expect(readFrame('[2,"17","Heartbeat",{')).toEqual({ kind: 'broken', wireId: '"17"', why: 'not JSON' });
  expect(readFrame('[2,"17",{"Heartbeat":1}]')).toEqual({ kind: 'broken', wireId: '"17"', why: 'action: a text is needed' });
});

test.each([
  '',
  'hello',
  '{}',
  'null',
  '[]',
  '[2]',
  '[2,null,"Heartbeat",{}]',
  '[2,{},"Heartbeat",{}]',
  '["CALL","1"]',
  `[2,"${'x'.repeat(300)}","A",{}]`,
])('nothing can be answered to %j', (text) => {
  expect(readFrame(text).kind).toBe('unreadable');
});

test('a message type that 1.6 does not have is to be ignored', () => {
  expect(readFrame('[5,"17",{}]')).toEqual({ kind: 'unknown' });
});

test('ids are repeated exactly, in whatever characters', () => {
  const id = 'a"b\\cå\u2028';
  const frame = readFrame(JSON.stringify([2, id, 'Heartbeat', {}]));
  const wireId = frame.kind === 'call' ? frame.wireId : '';
  expect(JSON.parse(resultFrame(wireId, {}))).toEqual([3, id, {}]);
  expect(JSON.parse(errorFrame(wireId, 'GenericError', 'x'.repeat(300)))).toEqual([4, id, 'GenericError', 'x'.repeat(255), {}]);
});

test('our calls are frames', () => {
  expect(JSON.parse(callFrame('1', 'Reset', { type: 'Soft' }))).toEqual([2, '1', 'Reset', { type: 'Soft' }]);
});
