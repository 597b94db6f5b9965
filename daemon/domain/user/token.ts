import { createHash, randomBytes } from 'node:crypto';

/** What a token opens, told by its beginning; the rest is 256 random bits. */
const prefixes = { signIn: 'cps_', access: 'cpt_' } as const;

export const newToken = (kind: keyof typeof prefixes): string => prefixes[kind] + randomBytes(32).toString('base64url');

export const opensSignIn = (token: string): boolean => token.startsWith(prefixes.signIn);

/** Only this is kept. A plain hash is enough for what nobody can guess (SECURITY §5). */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');
