import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue';
import { line } from '../api.ts';

const everyMs = 3000;

/** What the daemon answers, asked again every few seconds while `isMoving` says so and somebody looks, and whenever the line is back. */
export function usePolled<T>(
  ask: () => Promise<T>,
  isMoving: (found: T) => boolean,
): { found: Readonly<ShallowRef<T | null>>; error: Readonly<ShallowRef<unknown>>; read(): Promise<void> } {
  const found = shallowRef<T | null>(null);
  const error = shallowRef<unknown>(null);
  let next: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  async function read(): Promise<void> {
    clearTimeout(next);
    const own = ++turn;
    try {
      const answer = await ask();
      if (own !== turn) return;
      found.value = answer;
      error.value = null;
    } catch (cause) {
      if (own !== turn) return;
      error.value = cause;
    }
    follow();
  }

  function follow(): void {
    if (found.value === null || !isMoving(found.value)) return;
    next = setTimeout(() => (line.value === 'live' && document.visibilityState === 'visible' ? void read() : follow()), everyMs);
  }

  watch(line, (now, before) => {
    if (now === 'live' && before !== undefined) void read();
  });
  void read();
  onScopeDispose(() => {
    turn = -1;
    clearTimeout(next);
  });
  return { found, error, read };
}
