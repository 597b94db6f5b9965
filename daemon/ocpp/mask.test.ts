import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskedEcho, secretsOf } from '../domain/secrets/echo.ts';
import { masked } from './mask.ts';

/** A secret that no other part of a message holds by chance. */
const secret = fc.string({ minLength: 0, maxLength: 30 }).map((text) => `s3cr3t${text}t3rc3s`);
/** Enough of it to know it again, whatever was escaped. */
const shows = (text: string) => text.includes('s3cr3t') || text.includes('t3rc3s');
const key = fc.constantFrom(
  'AuthorizationKey',
  'authorizationkey',
  'Maker.WifiPassword',
  'ApnPasswd',
  'SharedSecret',
  'PrivateKey',
);
const id = fc.uuid();
const json = fc.constantFrom<((value: unknown) => string)[]>(
  (value) => JSON.stringify(value),
  (value) => JSON.stringify(value, null, 2),
  // As some stations write every character that is no letter.
  (value) => JSON.stringify(value).replace(/[^\x20-\x7e]|\//g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
);

test('ChangeConfiguration of a secret key keeps everything but its value', () => {
  fc.assert(
    fc.property(id, key, secret, fc.boolean(), json, (messageId, name, value, isTurned, write) => {
      const payload = isTurned ? { value, key: name } : { key: name, value };
      const text = masked(write([2, messageId, 'ChangeConfiguration', payload]), 'ChangeConfiguration');
      expect(shows(text)).toBe(false);
      expect(JSON.parse(text)).toEqual([2, messageId, 'ChangeConfiguration', { ...payload, value: '•••' }]);
    }),
  );
});

test('answers to GetConfiguration lose the values of secret keys and no others', () => {
  const keys = fc.array(
    fc.record({ key: fc.oneof(key, fc.constantFrom('HeartbeatInterval', 'AuthorizeRemoteTxRequests')), value: secret }),
  );
  fc.assert(
    fc.property(id, keys, json, (messageId, configurationKey, write) => {
      const payload = {
        configurationKey: configurationKey.map((one) => ({ ...one, readonly: false })),
        unknownKey: ['Password'],
      };
      const text = masked(write([3, messageId, payload]), 'GetConfiguration');
      const open = new Set(['HeartbeatInterval', 'AuthorizeRemoteTxRequests']);
      const expected = payload.configurationKey.map((one) => (open.has(one.key) ? one : { ...one, value: '•••' }));
      expect(JSON.parse(text)).toEqual([3, messageId, { ...payload, configurationKey: expected }]);
    }),
  );
});

test('a text that is cut or broken anywhere shows no part of the secret', () => {
  const text = JSON.stringify([2, 'id', 'ChangeConfiguration', { key: 'AuthorizationKey', value: 's3cr3t-and-more-t3rc3s' }]);
  for (let end = 0; end <= text.length; end++) expect(masked(text.slice(0, end), 'ChangeConfiguration')).not.toMatch(/s3c|t3r/);
  for (const broken of [`x${text}`, `${text}]]`, text.replace(',{', '{'), text.replaceAll('"', "'"), `\0\0${text}\0`]) {
    expect(masked(broken, '')).not.toMatch(/s3c|t3r/);
  }
});

test('passwords in addresses are masked wherever they stand; the rest of the address stays', () => {
  const scheme = fc.constantFrom('ftp', 'ftps', 'https', 'sftp');
  const password = fc.stringMatching(/^[A-Za-z0-9_!$%&*+=.-]{0,20}$/).map((text) => `s3cr3t${text}`);
  fc.assert(
    fc.property(
      scheme,
      password,
      fc.constantFrom('GetDiagnostics', 'StatusNotification', 'UpdateFirmware'),
      json,
      (kind, word, action, write) => {
        const text = masked(write([2, '1', action, { location: `${kind}://user:${word}@files.example.org/a/b?c=d` }]), action);
        expect(JSON.parse(text)[3].location).toBe(`${kind}://user:•••@files.example.org/a/b?c=d`);
      },
    ),
  );
  expect(masked('[2,"1","GetDiagnostics",{"location":"ftp:\\/\\/user:s3cr3t@h\\/x"}]', '')).toContain('ftp://user:•••@h/x');
});

test('XML, headers and data of vendors are masked as well', () => {
  const xml = (value: string, prefix: string) =>
    `<${prefix}key>AuthorizationKey</${prefix}key><${prefix}readonly>true</${prefix}readonly><${prefix}value>${value}</${prefix}value>` +
    `<${prefix}key>HeartbeatInterval</${prefix}key><${prefix}value>300</${prefix}value>`;
  const word = fc.stringMatching(/^[A-Za-z0-9 ;#&-]{0,20}$/).map((text) => `s3cr3t${text}`);
  fc.assert(
    fc.property(word, fc.constantFrom('', 'cs:', 'ns1:'), (value, prefix) => {
      const text = masked(`<?xml version="1.0"?><a>${xml(value, prefix)}</a>`, 'GetConfiguration');
      expect(text).toBe(`<?xml version="1.0"?><a>${xml('•••', prefix)}</a>`);
    }),
  );
  for (const text of [
    'Authorization: Basic czNjcjN0',
    '{"headers":{"Authorization":"Bearer czNjcjN0"}}',
    '[2,"1","DataTransfer",{"vendorId":"V","data":"{\\"wifi\\":{\\"password\\":\\"czNjcjN0\\"}}"}]',
    '[2,"1","DataTransfer",{"vendorId":"V","data":"user=a&password=czNjcjN0&b=c"}]',
    '[2,"1","DataTransfer",{"vendorId":"V","data":{"credentials":["czNjcjN0",{"a":"czNjcjN0"}]}}]',
  ]) {
    expect(masked(text, 'DataTransfer')).not.toContain('czNjcjN0');
  }
});

test('what holds no secret is not touched, not even its spaces', () => {
  for (const text of [
    '[2, "1" ,"MeterValues",{ "connectorId":1,"meterValue":[{"sampledValue":[{"value":"1.0"}]}]}]',
    '[2,"1","ChangeConfiguration",{"key":"HeartbeatInterval","value":"300"}]',
    '[3,"1",{"configurationKey":[{"key":"AuthorizationCacheEnabled","readonly":false,"value":"true"}]}]',
    '[2,"1","RemoteStartTransaction",{"idTag":"04A1B2","connectorId":1}]',
    '<a:key>AuthorizeRemoteTxRequests</a:key><a:value>true</a:value>',
  ]) {
    expect(masked(text, 'GetConfiguration')).toBe(text);
  }
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false } as object), (text) => {
      expect(JSON.parse(masked(text, 'Other'))).toEqual(JSON.parse(text));
    }),
  );
});

test('a message with flaws is looked through, whatever its action', () => {
  const text = '[2,"1","Heartbeat",{"password":"czNjcjN0"}]';
  expect(masked(text, 'Heartbeat', true)).toBe('[2,"1","Heartbeat",{"password":"•••"}]');
});

test('an answer that repeats the secret of its call loses it', () => {
  const echo = (payload: object, text: string) => maskedEcho(text, secretsOf(payload));
  expect(echo({ key: 'AuthorizationKey', value: 'a"b-c' }, '[4,"1","GenericError","a\\"b-c is short",{}]')).toBe(
    '[4,"1","GenericError","••• is short",{}]',
  );
  expect(echo({ location: 'ftp://u:s3cr3t@h/' }, 'no s3cr3t')).toBe('no •••');
  expect(echo({ key: 'HeartbeatInterval', value: 'status' }, '{"status":1}')).toBe('{"status":1}');
});
