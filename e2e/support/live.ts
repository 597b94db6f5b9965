import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { WebSocket } from 'ws';
import type { Api } from '../../shared/api/api.ts';
import type { TreeMessage } from '../../shared/api/tree.ts';
import type { StateKey } from '../../shared/model/state.ts';

/** A person who watches the navigation tree over the API's WebSocket, as the console does. */
export type Watcher = Readonly<{
  /** Resolves when the node of this name has the state; at once if it has it now. */
  shows(name: string, state: StateKey): Promise<void>;
  /** The states that a node went through since the snapshot, in order. */
  history(name: string): readonly StateKey[];
  nodeId(name: string): string;
  [Symbol.asyncDispose](): Promise<void>;
}>;

/** Opens the live tree at an address like `ws://127.0.0.1:8180/api`; resolves once the snapshot is complete. */
export async function watchTree(address: string, token: string): Promise<Watcher> {
  const client = createWSClient({ url: address, WebSocket: WebSocket as never, connectionParams: { token } }); // ws has the shape of the browser's.
  const api = createTRPCClient<Api>({ links: [wsLink({ client })] });
  const names = new Map<string, string>();
  const states = new Map<string, StateKey[]>();
  const waiting = new Set<() => void>();
  const complete = Promise.withResolvers<void>();
  const note = (id: string, state: StateKey) => {
    const passed = states.get(id);
    if (!passed) states.set(id, [state]);
    else if (passed.at(-1) !== state) passed.push(state);
  };

  const subscription = api.tree.changes.subscribe(
    {},
    {
      onData(message: TreeMessage) {
        for (const node of message.nodes) {
          names.set(node.name, node.id);
          note(node.id, node.state);
        }
        if (message.type === 'changes') for (const change of message.states) note(change.id, change.state);
        else if (message.last) complete.resolve();
        for (const look of waiting) look();
      },
      onError: complete.reject,
    },
  );
  await complete.promise;

  const history = (name: string) => states.get(names.get(name) ?? '') ?? [];
  return {
    history,
    nodeId: (name) => names.get(name) ?? '',
    shows(name, state) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = () => {
        if (history(name).at(-1) !== state) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      return promise;
    },
    async [Symbol.asyncDispose]() {
      subscription.unsubscribe();
      await client.close();
    },
  };
}
