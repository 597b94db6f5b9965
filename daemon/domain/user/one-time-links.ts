import { randomBytes } from 'node:crypto';
import { DomainError } from '../error.ts';

/** A download, made ready: how it is called, what it is, and its content piece by piece. */
export type Download = Readonly<{ name: string; type: string; content(): AsyncIterable<string | Uint8Array> }>;

type Link = Readonly<{ download: Download; endsAt: number }>;

/** Links by their token. */
export type OneTimeLinks = Map<string, Link>;

export const newOneTimeLinks = (): OneTimeLinks => new Map();

const lifeMs = 60_000;
const most = 1000;

/** Makes a download that whoever knows the token may fetch within a minute, once. Who may ask for it was decided before. */
export function offer(links: OneTimeLinks, now: number, download: Download): string {
  for (const [token, { endsAt }] of links) if (endsAt <= now) links.delete(token);
  if (links.size >= most) throw new DomainError('tooManyRequests');
  const token = randomBytes(32).toString('base64url');
  links.set(token, { download, endsAt: now + lifeMs });
  return token;
}

/** What a token stands for; afterwards it stands for nothing. */
export function redeem(links: OneTimeLinks, now: number, token: string): Download | null {
  const link = links.get(token);
  links.delete(token);
  return link && link.endsAt > now ? link.download : null;
}
