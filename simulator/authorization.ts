import type { Configuration } from './configuration.ts';
import { asPayload, type Payload } from './line.ts';

type Entry = Readonly<{ status: string; parentIdTag: string | null; expiresAt: number }>;
/** What the station may do with a tag: `ask` needs the central system. */
export type LocalVerdict = 'accept' | 'refuse' | 'ask';

/** A station's own knowledge of tags: the list that it was sent, and the cache of answers (OCPP 1.6 §3.5). */
export class LocalAuthorization {
  listVersion = 0;
  readonly #list = new Map<string, Entry>();
  readonly #cache = new Map<string, Entry>();
  readonly #configuration: Configuration;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  /** Decides about a tag that was shown, as far as the station may do so alone. */
  verdict(idTag: string, isOnline: boolean): LocalVerdict {
    const known = this.find(idTag);
    const isAccepted = known !== undefined && known.status === 'Accepted' && known.expiresAt > Date.now();
    if (isOnline) return isAccepted && this.#configuration.isTrue('LocalPreAuthorize') ? 'accept' : 'ask';
    if (known && this.#configuration.isTrue('LocalAuthorizeOffline')) return isAccepted ? 'accept' : 'refuse';
    return this.#configuration.isTrue('AllowOfflineTxForUnknownId') ? 'accept' : 'refuse';
  }

  find(idTag: string): Entry | undefined {
    const key = idTag.toUpperCase();
    const listed = this.#configuration.isTrue('LocalAuthListEnabled') ? this.#list.get(key) : undefined;
    return listed ?? (this.#configuration.isTrue('AuthorizationCacheEnabled') ? this.#cache.get(key) : undefined);
  }

  /** Keeps what the central system said about a tag. */
  remember(idTag: string, idTagInfo: unknown): void {
    const entry = asEntry(idTagInfo);
    if (entry) this.#cache.set(idTag.toUpperCase(), entry);
  }

  clearCache(): 'Accepted' | 'Rejected' {
    if (!this.#configuration.isTrue('AuthorizationCacheEnabled')) return 'Rejected';
    this.#cache.clear();
    return 'Accepted';
  }

  /** SendLocalList (§5.15). */
  takeList(request: Payload): 'Accepted' | 'Failed' | 'VersionMismatch' {
    const version = Number(request.listVersion);
    const isFull = request.updateType === 'Full';
    if (!Number.isInteger(version) || version < 1) return 'Failed';
    if (!isFull && version <= this.listVersion) return 'VersionMismatch';
    if (isFull) this.#list.clear();
    const entries = request.localAuthorizationList;
    for (const item of Array.isArray(entries) ? entries : []) {
      const { idTag, idTagInfo } = asPayload(item);
      const entry = asEntry(idTagInfo);
      if (entry) this.#list.set(String(idTag).toUpperCase(), entry);
      else this.#list.delete(String(idTag).toUpperCase());
    }
    this.listVersion = version;
    return 'Accepted';
  }
}

function asEntry(idTagInfo: unknown): Entry | null {
  const { status, parentIdTag, expiryDate } = asPayload(idTagInfo);
  if (typeof status !== 'string') return null;
  const expiresAt = typeof expiryDate === 'string' ? Date.parse(expiryDate) : Number.POSITIVE_INFINITY;
  return { status, parentIdTag: typeof parentIdTag === 'string' ? parentIdTag : null, expiresAt };
}
