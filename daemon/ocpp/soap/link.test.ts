import { expect, test, vi } from 'vitest';
import { connected } from '../../domain/station/connect.ts';
import { silenceAllowedMs } from '../../domain/station/silence.ts';
import { testCentral } from '../../domain/testing.ts';
import { SoapLink } from './link.ts';
import { ocpp15 } from './versions.ts';

const line = { version: ocpp15, secure: false, address: '192.0.2.10', ownAddress: null };

test('a SOAP station is online while it is heard, and offline when it has been silent for too long', async () => {
  const made = await testCentral({ station: { isOnline: false } });
  const { central, station, clock } = made;
  const hub = { central, open: new Set<SoapLink>() };
  const link = new SoapLink(hub, station, line);
  await connected(central, station, link, false);
  expect([station.link, station.protocol, hub.open.size]).toEqual([link, 'OCPP 1.5S', 1]);
  clock.advance(silenceAllowedMs(central, station));
  link.tick();
  expect(station.link).toBe(link);
  clock.advance(1);
  link.tick();
  await vi.waitFor(() => expect(station.link).toBeNull());
  expect([link.isEnded, hub.open.size]).toEqual([true, 0]);
  await expect(link.call({ kind: 'clearCache' }, () => {})).rejects.toMatchObject({ code: 'stationOffline' });
  await made.close();
});

test('without an address, or with one that may not be called, it is deaf, and what 1.5 lacks is not supported', async () => {
  const made = await testCentral({ station: { isOnline: false } });
  const { central, station } = made;
  const link = new SoapLink({ central, open: new Set() }, station, line);
  expect([link.isDeaf, link.supports('clearCache'), link.supports('trigger')]).toEqual([true, true, false]);
  await expect(link.call({ kind: 'clearCache' }, () => {})).rejects.toMatchObject({ code: 'stationNotCallable' });
  station.callBack = { override: null, seen: 'http://127.0.0.1:1/', seenAt: 0 };
  expect(link.isDeaf).toBe(true);
  station.callBack = { override: 'http://192.0.2.7:8081/', seen: 'http://127.0.0.1:1/', seenAt: 0 };
  expect(link.isDeaf).toBe(false);
  // What a name stands for is looked up when it is called.
  station.callBack = { override: null, seen: 'http://localhost:1/', seenAt: 0 };
  expect(link.isDeaf).toBe(false);
  expect(await link.call({ kind: 'clearCache' }, () => {})).toMatchObject({ outcome: 'failed', answer: 'AddressRefused' });
  await made.close();
});
