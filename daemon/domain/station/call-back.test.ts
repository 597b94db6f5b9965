import { expect, test } from 'vitest';
import { testCentral, testLink } from '../testing.ts';
import { boot } from './boot.ts';
import { callBackOf, callBackUrl, mayCall, noteCallBack } from './call-back.ts';
import { keepConfiguration, noteKey } from './configuration.ts';
import { areNetworks, isWithin, networkList } from './networks.ts';
import { isSilent, silenceAllowedMs } from './silence.ts';

const facts = {
  ...{ vendor: 'V', model: 'M', serialNumber: null, boxSerialNumber: null, firmware: null, iccid: null, imsi: null },
  ...{ meterType: null, meterSerialNumber: null },
};

test('FIELD 20, A10: only plain http addresses are taken from a station, and an operator’s word wins', async () => {
  const made = await testCentral();
  const { central, station } = made;
  for (const odd of [null, '', 'nowhere', 'ftp://192.0.2.1/', 'file:///etc/passwd', 'http://me:secret@192.0.2.1/'])
    expect(callBackUrl(odd)).toBeNull();
  expect(callBackUrl('http://www.w3.org/2005/08/addressing/anonymous')).toBeNull();
  expect(callBackUrl(`http://192.0.2.1/${'x'.repeat(600)}`)).toBeNull();
  expect(callBackOf(station)).toBeNull();
  await noteCallBack(central, station, new URL('http://192.0.2.10:8081/cp'));
  expect(callBackOf(station)?.href).toBe('http://192.0.2.10:8081/cp');
  const again = await made.restart();
  expect(again.station.callBack.seen).toBe('http://192.0.2.10:8081/cp');
  again.station.callBack = { ...again.station.callBack, override: 'https://203.0.113.5/' };
  expect(callBackOf(again.station)?.href).toBe('https://203.0.113.5/');
  await again.close();
});

test('A10: without named networks a station is called where it comes from or may come from, never on this machine', async () => {
  const made = await testCentral();
  const { central, station } = made;
  station.address = '192.0.2.10';
  const calls = (address: string) => mayCall(central, station, address);
  expect([calls('192.0.2.10'), calls('192.0.2.11'), calls('10.0.0.1')]).toEqual([true, false, false]);
  station.sourceNetworks = ['192.0.2.0/24'];
  expect([calls('192.0.2.11'), calls('10.0.0.1')]).toEqual([true, false]);
  station.callBack = { override: 'http://10.0.0.1/', seen: null, seenAt: null };
  expect(calls('10.0.0.1')).toBe(true);
  station.sourceNetworks = ['0.0.0.0/0', '::/0'];
  for (const own of ['127.0.0.1', '127.9.9.9', '::1', '0.0.0.0', '169.254.169.254', 'fe80::1', '224.0.0.1', '::ffff:127.0.0.1'])
    expect([own, calls(own)]).toEqual([own, false]);
  await made.close();
});

test('A10: named networks bound every call, an operator’s address too', async () => {
  const made = await testCentral();
  const central = { ...made.central, settings: { ...made.central.settings, soapCallNetworks: ['10.0.0.0/8', '127.0.0.1'] } };
  const { station } = made;
  station.address = '192.0.2.10';
  station.callBack = { override: 'http://192.0.2.10/', seen: null, seenAt: null };
  const calls = ['10.255.0.1', '127.0.0.1', '127.0.0.2', '192.0.2.10'].map((address) => mayCall(central, station, address));
  expect(calls).toEqual([true, true, false, false]);
  await made.close();
});

test('networks are addresses or CIDR, of either family', () => {
  expect(networkList(' 10.0.0.0/8, ,192.0.2.7 ')).toEqual(['10.0.0.0/8', '192.0.2.7']);
  expect(areNetworks(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1'])).toBe(true);
  for (const wrong of ['10.0.0.0/33', '10.0.0/8', 'example.org', '10.0.0.0/', '10.0.0.0/8/8', '::1/129', ''])
    expect([wrong, areNetworks([wrong])]).toEqual([wrong, false]);
  expect([isWithin('2001:db8::7', ['2001:db8::/32']), isWithin('2001:db9::7', ['2001:db8::/32'])]).toEqual([true, false]);
  expect([isWithin('nowhere', ['0.0.0.0/0']), isWithin('anything', [])]).toEqual([false, true]);
});

test('a station without a connection is silent when its heartbeat interval and the grace are over', async () => {
  const made = await testCentral();
  const { central, station, clock } = made;
  station.link = testLink(clock);
  station.lastSeenAt = clock.now();
  clock.advance(silenceAllowedMs(central, station));
  expect(isSilent(central, station)).toBe(false);
  clock.advance(1);
  expect(isSilent(central, station)).toBe(true);
  expect(silenceAllowedMs(central, station)).toBe(330_000 + 120_000);
  await made.close();
});

test('a heartbeat interval that the station was given since its boot counts as well, over a restart too, until it boots again', async () => {
  const made = await testCentral();
  const { central, station, clock } = made;
  const keys = (value: string) => keepConfiguration(central, station, { keys: [{ ...key, value }], unknown: [] }, true);
  const key = { key: 'HeartBeatInterval', readonly: false };
  await boot(central, station, facts);
  clock.advance(1000);
  await central.storage.write(keys('3600'));
  expect(silenceAllowedMs(central, station)).toBe(3_600_000 + 120_000);
  const again = await made.restart();
  expect(silenceAllowedMs(again.central, again.station)).toBe(3_600_000 + 120_000);
  // Its answer tells the interval anew.
  await boot(again.central, again.station, facts);
  expect(silenceAllowedMs(again.central, again.station)).toBe(330_000 + 120_000);
  // A shorter one makes nobody impatient, and one without end is a day.
  noteKey(again.station, 'HeartbeatInterval', '60');
  expect(silenceAllowedMs(again.central, again.station)).toBe(330_000 + 120_000);
  noteKey(again.station, 'heartbeatinterval', '2147483647');
  expect(silenceAllowedMs(again.central, again.station)).toBe(86_400_000 + 120_000);
  await again.close();
});
