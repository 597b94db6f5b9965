/** Where the sign-in token of a browser is kept. Over TLS no other host and no other port's plain page can set or read it. */
const names = { tls: '__Host-charge-portal', local: 'charge-portal-local' } as const;
export type Listener = keyof typeof names;

/** The token in the Cookie header, if there is one. */
export function cookieToken(header: string | undefined, listener: Listener): string | null {
  for (const part of header?.split(';') ?? []) {
    const [name, value] = part.trim().split('=', 2);
    if (name === names[listener] && value) return value;
  }
  return null;
}

/** The Set-Cookie header that keeps a token for its longest life, or with null forgets it. */
export function setCookieHeader(token: string | null, listener: Listener, lifeMs: number): string {
  const life = token === null ? 0 : Math.floor(lifeMs / 1000);
  const secure = listener === 'tls' ? '; Secure' : '';
  return `${names[listener]}=${token ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${life}${secure}`;
}
