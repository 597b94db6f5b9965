import { noteSeenStation, pruneSeenStations } from '../../storage/seen-stations.ts';
import { updateStation } from '../../storage/stations.ts';
import type { Central } from '../central.ts';
import { stationEvent } from './event.ts';
import { count, isRefused, limits, mayTell } from './gate.ts';
import { keyColumn, matchesKey } from './key.ts';
import { isWithin } from './networks.ts';
import type { Protocol, Station } from './station.ts';
import { transportOf } from './transport.ts';

/** A station at the door, before the upgrade. `password` is the raw bytes behind the colon (FACTS §9). */
export type Knock = Readonly<{
  chargeBoxId: string;
  user: string | null;
  password: Buffer | null;
  secure: boolean;
  address: string;
  protocol: Protocol;
}>;

export type Refusal = 'unknown' | 'credentials' | 'profile' | 'transport' | 'network' | 'tooMany';
export type Admission = Readonly<{ station: Station; keyProven: boolean }> | Readonly<{ refused: Refusal }>;

const mostSeen = 1000;
const mostSeenLength = 100;

/**
 * Decides who may come in (SECURITY R14, A1): known identity, its security profile, its password. A stranger and a wrong key take the
 * same way and time. Guesses are limited by address and identity, never by identity alone, which would let a stranger lock a station
 * out (A3); and the station's own last address is listened to however noisy it is. A noisy address as a whole is told less, but a right
 * key from it, of one of many stations behind the same router, is still a right key.
 */
export async function admit(central: Central, knock: Knock): Promise<Admission> {
  const now = central.clock.now();
  const { gate } = central;
  const station = central.stations.byChargeBoxId(knock.chargeBoxId);
  const both = `${knock.address} ${knock.chargeBoxId.toLowerCase()}`;
  if (isRefused(gate.connects, both, now)) return { refused: 'tooMany' };
  const isHome = station !== undefined && station.address === knock.address;
  if (!isHome && isRefused(gate.failures, both, now)) return { refused: 'tooMany' };

  const verdict = judge(station, knock);
  if (station && verdict !== 'unknown' && typeof verdict !== 'string') {
    // Over SOAP every message knocks; only one that begins a new line is a connection.
    const goesOn = transportOf(knock.protocol) === 'soap' && station.link?.protocol === knock.protocol && isHome;
    if (!goesOn && count(gate.connects, both, now, limits.flapping)) {
      await tellRefused(central, station, knock, 'tooMany');
      return { refused: 'tooMany' };
    }
    if (verdict.usedPending) await commitPendingKey(central, station);
    return { station, keyProven: verdict.keyProven };
  }
  const refused = typeof verdict === 'string' ? verdict : 'unknown';
  if (isRefused(gate.failures, knock.address, now)) return { refused: 'tooMany' };
  count(gate.failures, both, now, limits.guessing);
  count(gate.failures, knock.address, now, limits.knocking);
  if (station) await tellRefused(central, station, knock, refused);
  else await noteSeen(central, knock);
  return { refused };
}

function judge(station: Station | undefined, knock: Knock): Refusal | { keyProven: boolean; usedPending: boolean } {
  const isOwnName = knock.user === null || knock.user.toLowerCase() === knock.chargeBoxId.toLowerCase();
  const password = knock.password ?? Buffer.alloc(0);
  // Both are always computed, so that time tells nothing.
  const isKey = matchesKey(station?.key ?? null, password);
  const isPending = matchesKey(station?.pendingKey ?? null, password);
  if (!station) return 'unknown';
  // One that is bound to JSON is not taken over SOAP, which proves less, nor the other way round (SECURITY A10).
  if (station.protocol !== null && transportOf(station.protocol) !== transportOf(knock.protocol)) return 'transport';
  if (!isWithin(knock.address, station.sourceNetworks)) return 'network';
  const isProven = knock.password !== null && knock.user !== null && isOwnName && (isKey || isPending);
  switch (station.securityProfile) {
    case 0:
      // SOAP has no profiles: a station that has a password gives it, as without one the header alone is believed.
      if (!isProven && station.key !== null && transportOf(knock.protocol) === 'soap') return 'credentials';
      return { keyProven: isProven, usedPending: isProven && isPending };
    case 1:
      // Over TLS as well: the same proof on a safer line.
      return isProven ? { keyProven: true, usedPending: isPending } : 'credentials';
    case 2:
      if (!knock.secure) return 'profile';
      return isProven ? { keyProven: true, usedPending: isPending } : 'credentials';
    case 3:
      return 'profile';
  }
}

/** The new key was used, so it is the one; the old one is worth nothing from now on (SECURITY R16). */
async function commitPendingKey(central: Central, station: Station): Promise<void> {
  const key = station.pendingKey;
  await central.storage.write([updateStation(station.id, { passwordHashes: keyColumn(key), pendingPasswordHashes: null })]);
  station.key = key;
  station.pendingKey = null;
  station.log.info('new key used for the first time; the old one is refused from now on');
}

/** Users could not see why a handshake was refused (FIELD 16): now they can. */
async function tellRefused(central: Central, station: Station, knock: Knock, refused: Refusal): Promise<void> {
  station.log.warn({ refused, address: knock.address, secure: knock.secure }, 'station refused at the door');
  if (!mayTell(central.gate, `${station.id} ${refused} ${knock.address}`, central.clock.now())) return;
  await central.storage.write([
    stationEvent(central, station, {
      kind: 'station.refused',
      severity: 'warning',
      data: { refused, address: knock.address, secure: knock.secure, user: knock.user?.slice(0, 100) ?? null },
    }),
  ]);
}

/** Lists a stranger as *seen, not registered* (PRODUCT M38), at most once in ten minutes each and the newest thousand. */
async function noteSeen(central: Central, knock: Knock): Promise<void> {
  const now = central.clock.now();
  const chargeBoxId = knock.chargeBoxId.slice(0, mostSeenLength);
  if (!isShowable(chargeBoxId) || !mayTell(central.gate, `seen ${chargeBoxId.toLowerCase()}`, now)) return;
  central.log.info({ chargeBoxId, address: knock.address }, 'unknown station at the door');
  await central.storage.write([
    noteSeenStation({ chargeBoxId, firstAt: now, lastAt: now, count: 1, address: knock.address, protocol: knock.protocol }),
    pruneSeenStations(mostSeen),
  ]);
  central.publish({ kind: 'stations.seen' });
}

const isShowable = (chargeBoxId: string) => chargeBoxId !== '' && !/\p{C}/u.test(chargeBoxId);
