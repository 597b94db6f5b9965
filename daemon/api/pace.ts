import { setTimeout as after } from 'node:timers/promises';
import type { Visitor } from './visitor.ts';

/** Live streams tell at most 5 times a second (DESIGN §6). */
export const tickMs = 200;
/** A stream says something at least this often, so that the client knows it is not stale. */
export const heartbeatMs = 5000;
const mostBacklog = 256 * 1024;

/** Waits one tick, and on while the client has not taken what it was sent. False when the stream has ended. */
export async function tick(visitor: Visitor, signal: AbortSignal): Promise<boolean> {
  do {
    try {
      await after(tickMs, undefined, { signal });
    } catch {
      return false; // aborted: the stream ends without a word
    }
  } while (visitor.backlog() > mostBacklog);
  return !signal.aborted;
}

/** Waits only while the client is behind; lets others run in any case. */
export async function room(visitor: Visitor, signal: AbortSignal): Promise<boolean> {
  if (visitor.backlog() > mostBacklog) return tick(visitor, signal);
  await new Promise<void>((resolve) => setImmediate(resolve));
  return !signal.aborted;
}
