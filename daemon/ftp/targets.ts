import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { DomainError } from '../domain/error.ts';
import { isInside } from '../domain/station/networks.ts';

/** Nobody's servers: this network, link-local (where clouds keep their secrets), multicast, reserved, and forms that hide another address. */
const never = [
  ...['0.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['::/128', '64:ff9b::/96', 'fe80::/10', 'ff00::/8'],
];
const privateOnes = [
  ...['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15'],
  ...['::1/128', 'fc00::/7'],
];

/**
 * The address behind a host name to which we may connect; connect to it and to no name, so that a second look-up cannot lead
 * elsewhere (SECURITY A15). Refuses with `fileServerRefused` when any of its addresses is not allowed.
 */
export async function allowedAddress(host: string, allowPrivate: boolean): Promise<string> {
  const addresses = isIP(host) ? [host] : await resolved(host);
  for (const address of addresses) {
    if (isInside(address, never) || /^::ffff:/i.test(address))
      throw refused(`${host} is ${address}, which no server of files can have`);
    if (!allowPrivate && isInside(address, privateOnes))
      throw refused(`${host} is ${address}, in a private network; the settings do not allow that`);
  }
  const [first] = addresses;
  if (first === undefined) throw refused(`${host} has no address`);
  return first;
}

async function resolved(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    throw refused(`${host} is not known to the name server`);
  }
}

/** A refusal of the external server, with its reason in words. */
export const refused = (reason: string): DomainError => new DomainError('fileServerRefused', { reason });
