import { shallowRef } from 'vue';

const key = 'tree.open';
const most = 500;
const open = shallowRef<ReadonlySet<string>>(new Set(remembered()));

function remembered(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(stored) ? stored.map(String) : [];
  } catch {
    return [];
  }
}

function keep(next: ReadonlySet<string>): void {
  open.value = next;
  localStorage.setItem(key, JSON.stringify([...next].slice(-most)));
}

/** The nodes of the tree that stand open, remembered on this machine. */
export function useOpenNodes() {
  return {
    open,
    toggle(id: string): void {
      const next = new Set(open.value);
      if (!next.delete(id)) next.add(id);
      keep(next);
    },
    openAll(nodes: readonly Readonly<{ id: string }>[]): void {
      if (nodes.every(({ id }) => open.value.has(id))) return;
      keep(new Set([...open.value, ...nodes.map(({ id }) => id)]));
    },
  };
}
