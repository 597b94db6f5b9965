import { useVirtualizer } from '@tanstack/vue-virtual';
import { computed, type Ref, watch } from 'vue';

/** The rows of a long list that are in view, and some around them; all are measured anew when their height changes. */
export function useVirtualRows(
  scroller: Readonly<Ref<HTMLElement | null>>,
  rowHeight: Readonly<Ref<number>>,
  /** `keyOf` where rows move: a row keeps its measure then. */
  rows: Readonly<{ count: () => number; keyOf?: (index: number) => string | number; overscan: number }>,
) {
  const virtualizer = useVirtualizer(
    computed(() => ({
      count: rows.count(),
      getScrollElement: () => scroller.value,
      estimateSize: () => rowHeight.value,
      overscan: rows.overscan,
      ...(rows.keyOf && { getItemKey: rows.keyOf }),
    })),
  );
  watch(rowHeight, () => virtualizer.value.measure());
  return { virtualizer, items: computed(() => virtualizer.value.getVirtualItems()) };
}
