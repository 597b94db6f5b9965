import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { chooseSubprotocol, identityOf, readKnock } from './knock.ts';

test.each([
  ['/Ocpp/websocket/CP001', 'CP001'],
  ['/ocpp/WebSocket/CP001', 'CP001'],
  ['/OCPP/CP001', 'CP001'],
  ['/Ocpp/websocket/CP001/', 'CP001'],
  ['//Ocpp//websocket//CP001//', 'CP001'],
  ['/Ocpp/websocket/site/7/CP001', 'CP001'],
  ['/Ocpp/websocket/CP001?token=1#x', 'CP001'],
  ['/Ocpp/websocket/RDAM%20123', 'RDAM 123'],
  ['/Ocpp/websocket/%C3%85s%2525', 'Ås%25'],
  ['/Ocpp/websocket/websocket', 'websocket'],
])('FIELD 15: %s is the station %s', (url, chargeBoxId) => {
  expect(identityOf(url)).toBe(chargeBoxId);
});

test.each([
  ['/', 404],
  ['', 404],
  ['/Ocpp', 404],
  ['/Ocpp/websocket', 404],
  ['/Ocpp/websocket/', 404],
  ['/api/CP001', 404],
  [`/Ocpp/websocket/${'x'.repeat(300)}`, 404],
  ['/Ocpp/websocket/%20', 404],
  ['/Ocpp/websocket/%ZZ', 400],
  ['/Ocpp/websocket/%FF', 400],
  ['/Ocpp/websocket/%', 400],
  ['/Ocpp/websocket/a%2Fb', 400],
  ['/Ocpp/websocket/a%00', 400],
  ['/Ocpp/websocket/a%0Ab', 400],
  ['/Ocpp/websocket/a%C2%85b', 400],
])('SECURITY A1: %s names no station', (url, status) => {
  expect(identityOf(url)).toBe(status);
});

const request = (headers: Record<string, string>, url = '/Ocpp/websocket/AL1000') =>
  ({ url, headers }) as unknown as IncomingMessage;

test('FIELD 16: the key of the paper is read as bytes', () => {
  const knock = readKnock(request({ authorization: 'Basic QUwxMDAwOgABAgMEBQYH////////////////' }));
  expect(knock).toEqual({
    chargeBoxId: 'AL1000',
    user: 'AL1000',
    password: Buffer.from('0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF', 'hex'),
  });
});

test('the first colon ends the name, later ones belong to the key', () => {
  const authorization = `basic ${Buffer.from('AL1000:a:b').toString('base64')}`;
  expect(readKnock(request({ authorization }))).toMatchObject({ user: 'AL1000', password: Buffer.from('a:b') });
});

test.each(['Basic', 'Basic !!!', `Basic ${Buffer.from('no colon').toString('base64')}`, 'Bearer abc', ''])(
  '%j are no credentials',
  (authorization) => {
    expect(readKnock(request({ authorization }))).toMatchObject({ user: null, password: null });
  },
);

test('SECURITY A16: a browser is turned away, a station that sends Origin and Basic is not', () => {
  expect(readKnock(request({ origin: 'https://evil.example' }))).toBe(403);
  const authorization = `Basic ${Buffer.from('AL1000:key').toString('base64')}`;
  expect(readKnock(request({ origin: 'file://', authorization }))).toMatchObject({ chargeBoxId: 'AL1000' });
});

test.each([
  ['ocpp1.6', { chosen: 'ocpp1.6' }],
  ['ocpp1.6, ocpp1.5', { chosen: 'ocpp1.6' }],
  ['ocpp2.0.1,ocpp1.6', { chosen: 'ocpp1.6' }],
  [' OCPP1.6 ', { chosen: 'OCPP1.6' }],
  ['ocpp1.6J', { chosen: 'ocpp1.6J' }],
  ['ocpp16, ocpp1.6', { chosen: 'ocpp1.6' }],
  ['ocpp2.0.1', 'noneFits'],
  ['ocpp1.5', 'noneFits'],
  ['ocpp1.60', 'noneFits'],
  ['', 'noneOffered'],
  [', ,', 'noneOffered'],
  [undefined, 'noneOffered'],
])('FIELD 1: of the subprotocols %j', (header, choice) => {
  expect(chooseSubprotocol(header)).toEqual(choice);
});
