import type { IncomingMessage } from 'node:http';

/** Why a request is turned away before anybody looks at who it is: an HTTP status. */
export type Rebuff = 400 | 403 | 404;

/** What a station says of itself when it knocks. */
export type Knock = Readonly<{ chargeBoxId: string; user: string | null; password: Buffer | null }>;

/** Identities have no limit in 1.6; a longer one is nobody's. */
const ID_MAX = 255;

/**
 * The identity in a path: the last segment behind `/Ocpp/websocket/` or `/Ocpp/`, percent-decoded once (OCPP-J §3.1.1).
 * Doubled and trailing slashes and segments in between are passed over, as stations add them (FIELD 15).
 */
export function identityOf(url: string): string | Rebuff {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  const [first, ...rest] = path.split('/').filter((segment) => segment !== '');
  if (first?.toLowerCase() !== 'ocpp') return 404;
  const segment = rest.at(-1);
  if (segment === undefined || (rest.length === 1 && segment.toLowerCase() === 'websocket')) return 404;
  let chargeBoxId: string;
  try {
    chargeBoxId = decodeURIComponent(segment);
  } catch {
    return 400;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f/]/.test(chargeBoxId)) return 400;
  return chargeBoxId.length > ID_MAX || chargeBoxId.trim() === '' ? 404 : chargeBoxId;
}

/** Reads an upgrade request. Keys are bytes, not text: they are split off at the first colon and kept as they are (FACTS §9). */
export function readKnock(request: IncomingMessage): Knock | Rebuff {
  const { authorization, origin } = request.headers;
  const credentials = basicCredentials(authorization);
  // A browser cannot send Basic with a WebSocket; a page must not reach stations' sockets from within (SECURITY A16).
  if (origin !== undefined && !credentials) return 403;
  const chargeBoxId = identityOf(request.url ?? '');
  if (typeof chargeBoxId === 'number') return chargeBoxId;
  return { chargeBoxId, user: credentials?.user ?? null, password: credentials?.password ?? null };
}

/** User and key of HTTP Basic; the key as bytes (FACTS §9). */
export function basicCredentials(header: string | undefined): Readonly<{ user: string; password: Buffer }> | null {
  const encoded = /^\s*basic\s+(\S+)\s*$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const bytes = Buffer.from(encoded, 'base64');
  const colon = bytes.indexOf(0x3a);
  return colon < 0 ? null : { user: bytes.toString('utf8', 0, colon), password: bytes.subarray(colon + 1) };
}

/** What was made of the subprotocols that a station offers. */
export type Subprotocol = Readonly<{ chosen: string }> | 'noneOffered' | 'noneFits';

/** How stations spell the one that we speak; the answer has to repeat it letter by letter. */
const OCPP16 = /^ocpp[-_]?1\.?6j?$/i;

/** Picks OCPP 1.6 out of the offered versions, in the station's own spelling (FIELD 1). */
export function chooseSubprotocol(header: string | undefined): Subprotocol {
  const offered = (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (offered.length === 0) return 'noneOffered';
  const chosen = offered.find((name) => name.toLowerCase() === 'ocpp1.6') ?? offered.find((name) => OCPP16.test(name));
  return chosen === undefined ? 'noneFits' : { chosen };
}
