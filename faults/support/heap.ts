import { residentBytes } from '../../bench/support/servers.ts';
import { type DaemonOptions, startDaemon, type TestDaemon } from '../../e2e/support/daemon.ts';

/** `heapBytes`: what JavaScript of the main thread holds once its garbage is collected. `residentBytes`: of the whole process. */
export type Memory = Readonly<{ heapBytes: number; residentBytes: number }>;

/** A daemon into whose memory one can look; ask `settled` for it. */
export type WatchedDaemon = Readonly<{ daemon: TestDaemon; settled(): Promise<Memory> }>;

/** Starts a daemon with Node's inspector, since growth shows only after a collection, and the product has no way to ask for one. */
export async function startWatched(options: DaemonOptions): Promise<WatchedDaemon> {
  const daemon = await startDaemon({ ...options, env: { ...options.env, NODE_OPTIONS: '--inspect=127.0.0.1:0' } });
  const [, inspector] = /Debugger listening on (ws:\S+)/.exec(daemon.output()) ?? [];
  if (inspector === undefined) throw new Error('the daemon has no inspector');
  return {
    daemon,
    async settled() {
      const [, , heapBytes] = await ask(inspector, [
        { method: 'HeapProfiler.collectGarbage' },
        { method: 'HeapProfiler.collectGarbage' },
        { method: 'Runtime.evaluate', params: { expression: 'process.memoryUsage().heapUsed' } },
      ]);
      return { heapBytes: Number(heapBytes), residentBytes: residentBytes(daemon.pid) };
    },
  };
}

const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);

export const memoryInWords = ({ heapBytes, residentBytes }: Memory): string =>
  `heap after collection ${megabytes(heapBytes)} MB, resident ${megabytes(residentBytes)} MB`;

type Request = Readonly<{ method: string; params?: unknown }>;
type Reply = Readonly<{ id?: number; result?: { result?: { value?: unknown } } }>;

/** Asks one thing after the other on a connection of its own, so that nothing is slowed down in between. */
function ask(url: string, requests: readonly Request[]): Promise<unknown[]> {
  const socket = new WebSocket(url);
  const values: unknown[] = [];
  return new Promise((resolve, reject) => {
    const next = () => socket.send(JSON.stringify({ id: values.length, ...requests[values.length] }));
    socket.addEventListener('open', next);
    socket.addEventListener('error', () => reject(new Error('the inspector does not answer')));
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as Reply; // The inspector's protocol.
      if (id !== values.length) return;
      values.push(result?.result?.value);
      if (values.length < requests.length) return next();
      socket.close();
      resolve(values);
    });
  });
}
