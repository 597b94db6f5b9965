import { BlockList, isIP } from 'node:net';

/** The parts of a comma-separated list of networks (`10.0.0.0/8, 192.0.2.7`). */
export const networkList = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Whether all are addresses or networks in CIDR form. */
export const areNetworks = (list: readonly string[]): boolean => list.every((each) => rangeOf(each) !== null);

/** Whether an address lies in one of the networks; in none of an empty list there is anywhere, so that list bounds nothing. */
export const isWithin = (address: string, networks: readonly string[]): boolean =>
  networks.length === 0 || isInside(address, networks);

/** Whether an address lies in one of the networks. */
export function isInside(address: string, networks: readonly string[]): boolean {
  const family = isIP(address);
  return family !== 0 && blockList(networks).check(address, family === 6 ? 'ipv6' : 'ipv4');
}

const blockLists = new WeakMap<readonly string[], BlockList>();

function blockList(networks: readonly string[]): BlockList {
  let list = blockLists.get(networks);
  if (!list) {
    list = new BlockList();
    for (const network of networks) {
      const range = rangeOf(network);
      if (range) list.addSubnet(range.address, range.bits, range.family);
    }
    blockLists.set(networks, list);
  }
  return list;
}

function rangeOf(network: string): Readonly<{ address: string; bits: number; family: 'ipv4' | 'ipv6' }> | null {
  const [address = '', bits, ...rest] = network.split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  const length = bits === undefined ? most : Number(bits);
  if (version === 0 || rest.length > 0 || bits === '' || !Number.isInteger(length) || length < 0 || length > most) return null;
  return { address, bits: length, family: version === 6 ? 'ipv6' : 'ipv4' };
}
