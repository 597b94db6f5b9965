/** What a station did that may prove a command. */
export type Deed =
  | Readonly<{ did: 'started'; connectorId: number; idTag: string; sessionId: number }>
  | Readonly<{ did: 'stopped'; sessionId: number }>
  | Readonly<{ did: 'booted'; hasNewFirmware: boolean }>
  | Readonly<{ did: 'connected' }>
  | Readonly<{ did: 'firmware' | 'diagnostics'; status: string }>
  | Readonly<{ did: 'reported'; connectorId: number; status: string }>;

type Waiting = Readonly<{ matches(deed: Deed): boolean; found(deed: Deed): void }>;

/** Commands that wait for their station's deed, by the station's row id. */
export type Proofs = Map<number, Set<Waiting>>;

/** Tells the commands of a station what it did. */
export function tellDeed(proofs: Proofs, stationId: number, deed: Deed): void {
  for (const waiting of proofs.get(stationId) ?? []) if (waiting.matches(deed)) waiting.found(deed);
}

/** The deeds that a command looks for, from the moment on that it asks. */
export type Watched = Readonly<{
  /** The next one, in the order in which they came; null when the signal has ended the watch. */
  next(): Promise<Deed | null>;
}>;

const mostUnread = 100;

/** Watches for deeds until the signal ends it. */
export function watchDeeds(proofs: Proofs, stationId: number, matches: (deed: Deed) => boolean, signal: AbortSignal): Watched {
  const unread: Deed[] = [];
  let tell: ((deed: Deed | null) => void) | null = null;
  const all = proofs.get(stationId) ?? new Set();
  proofs.set(stationId, all);
  const waiting: Waiting = {
    matches,
    found(deed) {
      if (tell) tell(deed);
      else if (unread.length < mostUnread) unread.push(deed);
      tell = null;
    },
  };
  all.add(waiting);
  const onAbort = () => {
    all.delete(waiting);
    if (all.size === 0 && proofs.get(stationId) === all) proofs.delete(stationId);
    tell?.(null);
    tell = null;
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    next() {
      const deed = unread.shift();
      if (deed) return Promise.resolve(deed);
      if (signal.aborted) return Promise.resolve(null);
      return new Promise((resolve) => {
        tell = resolve;
      });
    },
  };
}

/** Whether a command of a station waits for a deed. */
export function isAwaited(proofs: Proofs, stationId: number, deed: Deed): boolean {
  return (
    proofs
      .get(stationId)
      ?.values()
      .some((waiting) => waiting.matches(deed)) ?? false
  );
}
