import { randomBytes } from 'node:crypto';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';

/** What a link is for: content to fetch, piece by piece, or room to put some. */
export type LinkUse =
  | Readonly<{
      kind: 'download';
      name: string;
      type: string;
      /** Null: not known before it has all been read. */
      sizeBytes: number | null;
      content(): AsyncIterable<string | Uint8Array>;
    }>
  | Readonly<{ kind: 'upload'; store(body: AsyncIterable<Buffer>): Promise<unknown> }>;

/** Links by their token. */
export type OneTimeLinks = Map<string, Readonly<{ use: LinkUse; endsAt: number }>>;

export const newOneTimeLinks = (): OneTimeLinks => new Map();

/** Where the HTTP listeners answer one-time links. */
export const linkPath = '/files';
const lifeMs = 5 * 60_000;
const most = 1000;

/**
 * Makes a path that whoever knows it may use within some minutes, once. Who may ask for it was decided before. Refuses with
 * `tooManyRequests` when too many wait to be used.
 */
export function makeLink({ links, clock }: Central, use: LinkUse): { path: string } {
  const now = clock.now();
  for (const [token, { endsAt }] of links) if (endsAt <= now) links.delete(token);
  if (links.size >= most) throw new DomainError('tooManyRequests');
  const token = randomBytes(32).toString('base64url');
  links.set(token, { use, endsAt: now + lifeMs });
  return { path: `${linkPath}/${token}` };
}

/** What a link opens; it opens it this once. */
export function useLink<Kind extends LinkUse['kind']>(
  { links, clock }: Central,
  token: string,
  kind: Kind,
): Extract<LinkUse, { kind: Kind }> | null {
  const link = links.get(token);
  links.delete(token);
  if (!link || link.endsAt <= clock.now() || link.use.kind !== kind) return null;
  return link.use as Extract<LinkUse, { kind: Kind }>; // its kind was just looked at
}
