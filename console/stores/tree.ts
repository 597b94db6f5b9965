import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { TreeMessage } from '../../shared/api/tree.ts';
import type { TreeNode } from '../../shared/model/node.ts';
import { api, onLine } from '../api.ts';
import { createNodes, type Nodes } from './tree-nodes.ts';

/**
 * The navigation tree, live. It begins with a snapshot in parts, of which the first is shown at once; a broken line goes on
 * from the version that was seen. Nodes are plain objects that are replaced when they change, so that 10,000 stations cost nothing
 * as long as nobody looks at them; `shape` and `states` tell who looks that they should look again.
 */
export const useTree = defineStore('tree', () => {
  let nodes: Nodes = createNodes();
  let arriving: Nodes | null = null;
  let seenVersion: { epoch: string; version: number } | null = null;
  let subscription: { unsubscribe(): void } | null = null;

  const shape = shallowRef(0);
  const states = shallowRef(0);
  /** `loading` until the first part came; `complete` when all nodes are here. */
  const phase = shallowRef<'loading' | 'arriving' | 'complete' | 'failed'>('loading');
  const error = shallowRef<unknown>(null);
  /** Stations that called in and are not registered. */
  const seen = shallowRef(0);
  /** Sessions that began or ended, as the last message told. */
  const sessionsChanged = shallowRef<readonly string[]>([]);

  function receive(message: TreeMessage): void {
    if (message.type === 'snapshot') return receivePart(message);
    seenVersion = { epoch: message.epoch, version: message.version };
    const shaped = message.nodes.length + message.removed.length > 0;
    nodes.put(message.nodes);
    nodes.remove(message.removed);
    nodes.change(message.states);
    seen.value = message.seen;
    if (shaped) shape.value++;
    if (shaped || message.states.length > 0) states.value++;
    if (message.sessions.length > 0) sessionsChanged.value = message.sessions;
  }

  /** The first snapshot is shown as it grows; a later one takes the place of what is shown when it is complete. */
  function receivePart(part: Extract<TreeMessage, { type: 'snapshot' }>): void {
    if (part.first) arriving = phase.value === 'complete' ? createNodes() : nodes.clear();
    arriving?.put(part.nodes);
    if (part.last && arriving) {
      nodes = arriving;
      arriving = null;
      seenVersion = { epoch: part.epoch, version: part.version };
      phase.value = 'complete';
    } else if (phase.value !== 'complete') {
      phase.value = 'arriving';
    }
    shape.value++;
    states.value++;
  }

  function subscribe(): void {
    subscription?.unsubscribe();
    subscription = api.tree.changes.subscribe(seenVersion ?? {}, {
      onData: receive,
      onError(cause) {
        error.value = cause;
        if (phase.value !== 'complete') phase.value = 'failed';
      },
    });
  }

  /** Starts the live stream, or starts it anew after another sign-in. */
  function start(): void {
    error.value = null;
    if (phase.value === 'failed') phase.value = 'loading';
    subscribe();
  }

  onLine({
    opened() {
      if (subscription) subscribe();
    },
    closed() {
      subscription?.unsubscribe();
    },
  });

  const rootId = computed<string | null>(() => {
    void shape.value;
    return nodes.root();
  });

  /** A node as it is now; undefined when it is not (or not yet) here. */
  function node(id: string): TreeNode | undefined {
    void states.value;
    return nodes.get(id);
  }

  /** The children of a node in their order. */
  function children(id: string): readonly TreeNode[] {
    void states.value;
    return nodes.children(id);
  }

  /** From the root down to the node itself. */
  function path(id: string): readonly TreeNode[] {
    void shape.value;
    return nodes.path(id);
  }

  return {
    shape,
    states,
    phase,
    error,
    seen,
    sessionsChanged,
    rootId,
    start,
    node,
    children,
    path,
    /** All nodes, for flattening and search. */
    all: (): Nodes => nodes,
  };
});
