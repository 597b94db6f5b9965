import { type Ref, shallowRef } from 'vue';

/** Where a dragged column would go: px from the left edge of the table. */
export type Drop = Readonly<{ key: string; target: string; after: boolean; left: number }>;

const startsAfterPx = 6;

/** The click that the browser makes of the end of a drag, if it makes one. */
function swallowClick(): void {
  const over = new AbortController();
  window.addEventListener('click', (click) => click.stopPropagation(), { capture: true, once: true, signal: over.signal });
  setTimeout(() => over.abort());
}

/** Moving columns by dragging their headers. */
export function useColumnDrag(
  head: () => HTMLElement | null,
  dropped: (drop: Drop) => void,
): { drop: Ref<Drop | null>; grab: (key: string, event: PointerEvent) => void } {
  const drop = shallowRef<Drop | null>(null);

  function dropAt(key: string, x: number): Drop | null {
    const row = head();
    const edge = row?.getBoundingClientRect().left ?? 0;
    for (const cell of row?.querySelectorAll<HTMLElement>('[data-column]') ?? []) {
      const { left, right } = cell.getBoundingClientRect();
      const target = cell.dataset.column ?? '';
      if (x < left || x > right) continue;
      const after = x > (left + right) / 2;
      return target === key ? null : { key, target, after, left: (after ? right : left) - edge };
    }
    return null;
  }

  function grab(key: string, event: PointerEvent): void {
    if (event.button !== 0 || event.pointerType === 'touch') return;
    const startX = event.clientX;
    const ended = new AbortController();
    let isDragging = false;
    const moved = (at: PointerEvent) => {
      isDragging ||= Math.abs(at.clientX - startX) > startsAfterPx;
      if (isDragging) drop.value = dropAt(key, at.clientX);
    };
    const cancel = (at: KeyboardEvent) => {
      if (at.key !== 'Escape') return;
      drop.value = null;
      ended.abort();
    };
    const up = () => {
      ended.abort();
      if (isDragging) swallowClick();
      if (drop.value) dropped(drop.value);
      drop.value = null;
    };
    window.addEventListener('pointermove', moved, { signal: ended.signal });
    window.addEventListener('pointerup', up, { signal: ended.signal, once: true });
    window.addEventListener('keydown', cancel, { signal: ended.signal });
  }

  return { drop, grab };
}
