import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Listener } from './cookie.ts';

/**
 * Where a browser says that a request comes from. `same`: our own pages · `foreign`: another site's, to be refused ·
 * `none`: it does not say; a program, which shows a token of its own and gets nothing by a cookie.
 */
export type Provenance = 'same' | 'foreign' | 'none';

/** What the Origin header says, exactly: scheme, host and port have to be those that the request was sent to (SECURITY A16). */
function ofOrigin(headers: IncomingHttpHeaders, listener: Listener): Provenance {
  if (headers.origin === undefined) return 'none';
  return headers.origin === `${listener === 'tls' ? 'https' : 'http'}://${headers.host}` ? 'same' : 'foreign';
}

/** Of a WebSocket's upgrade: browsers always send Origin with it. */
export const originOfUpgrade = ofOrigin;

/** Of a request: Sec-Fetch-Site, which no page can forge, and Origin must both not be foreign. */
export function originOfRequest(headers: IncomingHttpHeaders, listener: Listener): Provenance {
  const site = headers['sec-fetch-site'];
  const origin = ofOrigin(headers, listener);
  if (origin === 'foreign' || (site !== undefined && site !== 'same-origin' && site !== 'none')) return 'foreign';
  return site === 'same-origin' ? 'same' : origin;
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether the Host header is one under which the listener may be reached. The plain one serves this machine alone: another name that
 * was made to point here (DNS rebinding) is refused. Over TLS the certificate's name stands against that.
 */
export function isKnownHost(host: string | undefined, listener: Listener): boolean {
  if (host === undefined) return false;
  return listener === 'tls' || loopback.has(host.replace(/:\d+$/, '').toLowerCase());
}

/** The peer's address; IPv4 within IPv6 is written as IPv4, so that it counts as one. */
export const addressOf = (request: IncomingMessage): string => (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');

/** The token of `Authorization: Bearer …`. */
export function bearerToken(headers: IncomingHttpHeaders): string | null {
  const [scheme, token] = (headers.authorization ?? '').split(' ', 2);
  return scheme?.toLowerCase() === 'bearer' && token ? token : null;
}
