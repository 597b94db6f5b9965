import { onScopeDispose, type Ref, readonly, ref } from 'vue';

const now = ref(Date.now());
let users = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  now.value = Date.now();
  timer = setTimeout(tick, 1000 - (now.value % 1000));
}

/** The clock, ms UTC, once a second; one timer for all who look, none when nobody does. */
export function useNow(): Readonly<Ref<number>> {
  if (users++ === 0) tick();
  onScopeDispose(() => {
    if (--users === 0) clearTimeout(timer);
  });
  return readonly(now);
}
