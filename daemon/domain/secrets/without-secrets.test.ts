import fc from 'fast-check';
import { expect, test } from 'vitest';
import { knownKeys } from '../../../shared/model/configuration-keys.ts';
import { isSecretName } from './names.ts';
import { valueWithoutSecrets, withoutSecrets } from './without-secrets.ts';

const secret = 'N0b0dyMayRead';

test('of the keys that we know exactly those are secret by their name that the table says', () => {
  expect(knownKeys.filter(({ key }) => isSecretName(key)).map(({ key }) => key)).toEqual(
    knownKeys.filter((known) => known.secret).map(({ key }) => key),
  );
  for (const name of ['authorizationKEY ', 'Authorization_Key', 'Maker.ApnPwd', 'WifiPsk', 'wpa_key', 'accessToken', 'SIM PIN']) {
    expect(isSecretName(name), name).toBe(true);
  }
  for (const name of ['idToken', 'key', 'AuthorizationCacheEnabled', 'LocalAuthListEnabled', 'keypad', 'pincode']) {
    expect(isSecretName(name), name).toBe(false);
  }
});

test.each([
  ['a password with quotes', `ftp://user:${secret}"'<x@files.example.org/a`, 'ftp://user:•••@files.example.org/a'],
  ['a password with a slash', `ftp://user:x/${secret}@files.example.org`, 'ftp://user:•••@files.example.org'],
  ['a host of IPv6', `ftp://user:${secret}@[::1]:2121/a`, 'ftp://user:•••@[::1]:2121/a'],
  [
    'a path that our file server opens once',
    'GET http://127.0.0.1:8080/files/00ff00ff00ff00ff/0123456789abcdef0123456789abcdef/a.bin',
    'GET http://127.0.0.1:8080/files/00ff00ff00ff00ff/•••/a.bin',
  ],
  ['a private key', `-----BEGIN EC PRIVATE KEY-----\n${secret}\n`, '-----BEGIN EC PRIVATE KEY-----•••'],
  ['names and values', `[{"name":"WifiPassword","value":"${secret}"}]`, '[{"name":"WifiPassword","value":"•••"}]'],
  ['a value that is null', `{"key":"AuthorizationKey","value":null}`, '{"key":"AuthorizationKey","value":null}'],
  [
    'JSON with the wrong quotes',
    `[{'value':'${secret}','key':'AuthorizationKey'}]`,
    `[{'value':'•••','key':'AuthorizationKey'}]`,
  ],
  [
    'JSON with the wrong quotes, another key before it',
    `[{'key':'A','value':'1'},{'key':'AuthorizationKey','value':'${secret}'}]`,
    `[{'key':'A','value':'1'},{'key':'AuthorizationKey','value':'•••'}]`,
  ],
  ['a text cut inside the key', `[3,"1",{"configurationKey":[{"value":"${secret}","key":"Autho`, undefined],
  ['a text cut inside a text of JSON', `[2,"1","DataTransfer",{"data":"{\\"password\\":\\"${secret}`, undefined],
])('JSON and plain texts: %s', (_what, text, expected) => {
  const clean = withoutSecrets(text);
  expect(clean).not.toContain(secret);
  if (expected !== undefined) expect(clean).toBe(expected);
});

test.each([
  [
    'JSON in it',
    `<data>{&quot;password&quot;:&quot;${secret}&quot;,&quot;a&quot;:1}</data>`,
    '<data>{"password":"•••","a":1}</data>',
  ],
  ['XML in it', `<data>&lt;password&gt;${secret}&lt;/password&gt;</data>`, '<data>&lt;password&gt;•••&lt;/password&gt;</data>'],
  ['CDATA', `<c:password><![CDATA[${secret}]]></c:password>`, '<c:password>•••</c:password>'],
  ['a key in CDATA', `<a><key><![CDATA[AuthorizationKey]]></key><value>${secret}</value></a>`, undefined],
  ['a key with a letter as number', `<a><key>Authorization&#75;ey</key><value>${secret}</value></a>`, undefined],
  [
    'the value before its key',
    `<l><k><value>${secret}</value><key>AuthorizationKey</key></k><k><value>300</value><key>HeartbeatInterval</key></k></l>`,
    '<l><k><value>•••</value><key>AuthorizationKey</key></k><k><value>300</value><key>HeartbeatInterval</key></k></l>',
  ],
  ['cut before the key', `<a><value>${secret}</value><ke`, undefined],
  ['cut in the value', `<a><key>AuthorizationKey</key><value>${secret}`, undefined],
  [
    'attributes',
    `<p name="password" value="${secret}"/><w password="${secret}"/>`,
    '<p name="password" value="•••"/><w password="•••"/>',
  ],
  ['a comment', `<a><!-- password=${secret} --></a>`, undefined],
  [
    'an address with an escaped sign',
    `<location>ftp://user:${secret}&#64;h/a</location>`,
    '<location>ftp://user:•••@h/a</location>',
  ],
  ['content of many elements', `<credentials><a>x</a><b>${secret}</b></credentials>`, undefined],
])('XML: %s', (_what, text, expected) => {
  const clean = withoutSecrets(`<?xml version="1.0"?><e>${text}`);
  expect(clean).not.toContain(secret);
  if (expected !== undefined) expect(clean).toBe(`<?xml version="1.0"?><e>${expected}`);
});

test('XML without secrets stays as it came, letter by letter', () => {
  const text = '<?xml version="1.0"?>\n<!-- a: b --><s:a x="1"><k>R&amp;D</k><v><![CDATA[a<b]]></v><value>3</value> <b/></s:a>\n';
  expect(withoutSecrets(text)).toBe(text);
});

test('values keep their form', () => {
  expect(valueWithoutSecrets({ description: `cannot reach ftp://u:${secret}@h/`, list: [null, 1, "password='x"] })).toEqual({
    description: 'cannot reach ftp://u:•••@h/',
    list: [null, 1, "password='•••'"],
  });
  const punctuation = { key: 'AuthorizationKey', value: '":"no' };
  expect(valueWithoutSecrets({ description: 'no way' }, punctuation)).toEqual({ description: 'no way' });
  fc.assert(fc.property(fc.jsonValue(), (value) => void valueWithoutSecrets(value)));
});

test('a text made to be slow takes no longer than another of its length', () => {
  const long = 32 * 1024;
  for (const piece of [
    'key=',
    '"key":"x",',
    'a',
    ' ',
    'a://b:',
    'password ',
    'password="',
    '{"a":',
    '<key>x</key>',
    '<password>',
    '<a>b',
  ]) {
    for (const text of [piece.repeat(long / piece.length), `authorization:${piece.repeat(long / piece.length)}@`]) {
      const startedAt = performance.now();
      withoutSecrets(text);
      expect(performance.now() - startedAt, piece).toBeLessThan(1000);
    }
  }
});
