/** What a station did that may prove a command. */
export type Deed =
  | Readonly<{ did: 'started'; connectorId: number; idTag: string; sessionId: number }>
  | Readonly<{ did: 'stopped'; sessionId: number }>
  | Readonly<{ did: 'booted' | 'connected' }>
  | Readonly<{ did: 'reported'; connectorId: number; status: string }>;

type Waiting = Readonly<{ matches(deed: Deed): boolean; found(deed: Deed): void }>;

/** Commands that wait for their station's deed, by the station's row id. */
export type Proofs = Map<number, Set<Waiting>>;

/** Tells the commands of a station what it did. */
export function tellDeed(proofs: Proofs, stationId: number, deed: Deed): void {
  for (const waiting of proofs.get(stationId) ?? []) if (waiting.matches(deed)) waiting.found(deed);
}

/** Waits for a deed until the signal ends the waiting; then null. */
export function awaitDeed(
  proofs: Proofs,
  stationId: number,
  matches: (deed: Deed) => boolean,
  signal: AbortSignal,
): Promise<Deed | null> {
  return new Promise((resolve) => {
    const all = proofs.get(stationId) ?? new Set();
    proofs.set(stationId, all);
    const finish = (deed: Deed | null) => {
      all.delete(waiting);
      if (all.size === 0 && proofs.get(stationId) === all) proofs.delete(stationId);
      signal.removeEventListener('abort', onAbort);
      resolve(deed);
    };
    const onAbort = () => finish(null);
    const waiting: Waiting = { matches, found: finish };
    all.add(waiting);
    if (signal.aborted) finish(null);
    else signal.addEventListener('abort', onAbort);
  });
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
