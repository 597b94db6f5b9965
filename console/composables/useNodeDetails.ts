import { type ShallowRef, shallowRef, watch } from 'vue';
import type { NodeDetails } from '../../shared/api/tree.ts';
import { api } from '../api.ts';

/** A node with its version, for the form that changes it. */
export function useNodeDetails(nodeId: () => string): {
  node: Readonly<ShallowRef<NodeDetails | null>>;
  error: Readonly<ShallowRef<unknown>>;
  read(): Promise<void>;
} {
  const node = shallowRef<NodeDetails | null>(null);
  const error = shallowRef<unknown>(null);

  async function read(): Promise<void> {
    const id = nodeId();
    try {
      const found = await api.tree.node.query({ nodeId: id });
      if (id !== nodeId()) return;
      node.value = found;
      error.value = null;
    } catch (cause) {
      error.value = cause;
    }
  }

  watch(
    nodeId,
    () => {
      node.value = null;
      void read();
    },
    { immediate: true },
  );
  return { node, error, read };
}
