import { type ComputedRef, computed, reactive, type ShallowRef, shallowRef, watch } from 'vue';
import { type Failure, failureOf } from '../api.ts';

/** A form over values of the daemon that somebody else may change meanwhile. */
export type NodeForm<Values extends Record<string, unknown>> = Readonly<{
  values: Values;
  isChanged: ComputedRef<boolean>;
  isSaving: Readonly<ShallowRef<boolean>>;
  failure: Readonly<ShallowRef<Failure | null>>;
  /** Members that differ from what was read. */
  changes(): Partial<Values>;
  save(work: () => Promise<void>): Promise<boolean>;
  discard(): void;
}>;

/** What was read comes in again by itself, except where the person has changed something. */
export function useNodeForm<Values extends Record<string, string | number | boolean>>(read: () => Values): NodeForm<Values> {
  let before: Values = read();
  const values = reactive({ ...before }) as Values; // reactive() of plain values keeps their type
  const isSaving = shallowRef(false);
  const failure = shallowRef<Failure | null>(null);
  const keys = (): (keyof Values)[] => Object.keys(before);

  watch(read, (now) => {
    for (const key of keys()) if (values[key] === before[key]) values[key] = now[key];
    before = now;
  });

  function changes(): Partial<Values> {
    const changed: Partial<Values> = {};
    for (const key of keys()) if (values[key] !== read()[key]) changed[key] = values[key];
    return changed;
  }

  return {
    values,
    isChanged: computed(() => Object.keys(changes()).length > 0),
    isSaving,
    failure,
    changes,
    async save(work) {
      isSaving.value = true;
      failure.value = null;
      try {
        await work();
        return true;
      } catch (cause) {
        failure.value = failureOf(cause);
        return false;
      } finally {
        isSaving.value = false;
      }
    },
    discard() {
      failure.value = null;
      Object.assign(values, read());
    },
  };
}
