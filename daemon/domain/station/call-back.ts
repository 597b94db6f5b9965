import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { updateStation } from '../../storage/stations.ts';
import type { Central } from '../central.ts';
import { isInside, isWithin } from './networks.ts';
import type { Station } from './station.ts';

const longest = 500;

/** What nobody may make us call unless an administrator names it: this machine, links without routers, groups, nothing. */
const special: readonly string[] = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  'fe80::/10',
  'ff00::/8',
];

/** An address at which a station may listen, or null: http(s) alone, no user and password in it, not anonymous (FACTS §4.3). */
export function callBackUrl(text: string | null): URL | null {
  if (text === null || text.length > longest || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  // The anonymous address of WS-Addressing is a name that happens to look like a URL.
  if (!isWeb || url.username !== '' || url.password !== '' || url.hostname === 'www.w3.org') return null;
  return url;
}

/** Where a station is called now: as an operator says, else as it said itself; null: nowhere, so it cannot be commanded. */
export const callBackOf = ({ callBack }: Station): URL | null => callBackUrl(callBack.override ?? callBack.seen);

/**
 * Whether a station may be called at an IP address (SECURITY A10, FACTS §4.3): the station's word is a stranger's. Inside the networks
 * that the administrator names, if any are named. Else not this machine, and without an operator's word only where the station's own
 * messages come from, or in its own source networks.
 */
export function mayCall(central: Central, station: Station, address: string): boolean {
  const fence = central.settings.soapCallNetworks;
  if (fence.length > 0) return isWithin(address, fence);
  const own = Object.values(networkInterfaces()).flatMap((each) => each?.map((one) => one.address) ?? []);
  if (isInside(address, special) || own.includes(address)) return false;
  if (station.callBack.override !== null) return true;
  return address === station.address || isInside(address, station.sourceNetworks);
}

/** The host of a URL, an IPv6 address without its brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** Whether a station can be called as far as is known without asking for what a name stands for. */
export function canCall(central: Central, station: Station): boolean {
  const url = callBackOf(station);
  return url !== null && (isIP(hostOf(url)) === 0 || mayCall(central, station, hostOf(url)));
}

/** Keeps where a station says that it listens. Each accepted message may say it anew: addresses of modems change. */
export async function noteCallBack(central: Central, station: Station, url: URL): Promise<void> {
  const seen = url.href;
  const isNews = station.callBack.seen !== seen;
  const seenAt = central.clock.now();
  station.callBack = { ...station.callBack, seen, seenAt };
  if (!isNews) return;
  await central.storage.write([updateStation(station.id, { callBackSeen: seen, callBackSeenAt: seenAt })]);
  central.publish({ kind: 'station.changed', stationId: station.id });
}
