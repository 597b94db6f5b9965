/** Counts attempts to come in, by where they come from. In memory and bounded: what is pushed out is the oldest. */
export type Gate = Readonly<{
  /** Failed attempts by address, and by address and identity (SECURITY A3). */
  failures: Map<string, Attempts>;
  /** Connections by address and identity (R7), and those to the file server and to one transfer (A14). */
  connects: Map<string, Attempts>;
  /** Refusals told as an event lately, so that a flood of them writes little. */
  told: Map<string, number>;
}>;

type Attempts = { count: number; since: number; refusedUntil: number };
type Limit = Readonly<{ most: number; windowMs: number; refusalMs: number }>;

const mostKeys = 20_000;
const minuteMs = 60_000;
export const limits = {
  /** More connections a minute than this, and the station has to wait (R7). */
  flapping: { most: 15, windowMs: minuteMs, refusalMs: 5 * minuteMs },
  /** Wrong credentials for one identity from one address. */
  guessing: { most: 10, windowMs: 15 * minuteMs, refusalMs: 5 * minuteMs },
  /** Wrong credentials and unknown identities from one address. */
  knocking: { most: 60, windowMs: minuteMs, refusalMs: 5 * minuteMs },
  /** Connections of one address to the FTP server: a site behind one address may fetch its firmware, a flood costs nothing (A14). */
  fileConnections: { most: 300, windowMs: minuteMs, refusalMs: minuteMs },
  /** Sign-ins to one transfer; a station that fetches in small pieces over HTTP needs one a piece. */
  fileSignIns: { most: 600, windowMs: minuteMs, refusalMs: minuteMs },
} satisfies Record<string, Limit>;

export const newGate = (): Gate => ({ failures: new Map(), connects: new Map(), told: new Map() });

export function isRefused(attempts: Map<string, Attempts>, key: string, now: number): boolean {
  const known = attempts.get(key);
  return known !== undefined && now < known.refusedUntil && known.refusedUntil - now <= limits.flapping.refusalMs;
}

/** Counts one; true when it is one too many. */
export function count(attempts: Map<string, Attempts>, key: string, now: number, limit: Limit): boolean {
  let known = attempts.get(key);
  if (!known || now - known.since >= limit.windowMs || now < known.since) {
    known = { count: 0, since: now, refusedUntil: 0 };
    attempts.delete(key);
    attempts.set(key, known);
    bound(attempts);
  }
  known.count++;
  if (known.count <= limit.most) return false;
  known.refusedUntil = now + limit.refusalMs;
  return true;
}

/** Whether to tell now of something that happens over and over: once in ten minutes each. */
export function mayTell(gate: Gate, what: string, now: number): boolean {
  const last = gate.told.get(what);
  if (last !== undefined && now >= last && now - last < 10 * minuteMs) return false;
  gate.told.delete(what);
  gate.told.set(what, now);
  bound(gate.told);
  return true;
}

function bound(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= mostKeys) return;
    map.delete(key);
  }
}
