import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startDaemon } from './support/daemon.ts';

const stations = Array.from({ length: 2000 }, (_, index) => ({
  name: `Charging station number ${index}`,
  chargeBoxId: `CBX-${index}`,
  outlets: [{ connectorId: 1, mode: 'RFID' as const }],
}));

const memoryOf = (pid: number) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

test('R6: a console that stops reading is cut off, others see changes meanwhile, and it comes back by a snapshot', async () => {
  await using daemon = await startDaemon({ provision: { sites: [{ name: 'Big', stations }] } });
  const open = async () => {
    const socket = new WebSocket(
      daemon.addresses.api.replace('wss', 'ws').replace(/:\d+\//, `:${new URL(daemon.addresses.local).port}/`),
      {
        headers: { authorization: `Bearer ${daemon.token}` },
      },
    );
    await once(socket, 'open');
    return socket;
  };
  const subscribe = (socket: WebSocket, id: number) =>
    socket.send(JSON.stringify({ id, method: 'subscription', params: { path: 'tree.changes', input: {} } }));
  const nodesOf = (data: unknown) => JSON.parse(String(data)).result?.data?.nodes ?? [];

  const before = memoryOf(daemon.pid);
  const slow = await open();
  slow.pause();
  // Some fifty megabytes, should anybody keep them for it.
  for (let id = 1; id <= 60; id++) subscribe(slow, id);
  // A paused socket hears of its end when it reads again; the daemon says when it has cut it.
  const cut = new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (!daemon.output().includes('slow console cut off')) return;
      clearInterval(timer);
      resolve();
    }, 100);
  });

  const well = await open();
  const watched = new Promise<number>((resolve) => {
    let begin = 0;
    well.on('message', (data) => {
      const nodes = nodesOf(data);
      if (nodes.some((node: { name: string }) => node.name === 'Meanwhile')) resolve(performance.now() - begin);
      if (begin > 0 || !String(data).includes('"last":true')) return;
      begin = performance.now();
      const parentId = rootOf(nodes) ?? root;
      void daemon.api('tree.create', { parentId, kind: 'site', name: 'Meanwhile' });
    });
    well.on('message', (data) => {
      root = rootOf(nodesOf(data)) ?? root;
    });
  });
  let root = '';
  const rootOf = (nodes: readonly { kind: string; id: string }[]) => nodes.find((node) => node.kind === 'system')?.id;
  subscribe(well, 1);
  expect(await watched).toBeLessThan(3000);

  const begin = performance.now();
  await cut;
  expect(performance.now() - begin).toBeLessThan(30_000);
  expect(memoryOf(daemon.pid) - before).toBeLessThan(100);

  const ended = once(slow, 'close');
  slow.resume();
  await ended;
  const again = await open();
  const snapshot = new Promise<void>((resolve) => {
    again.on('message', (data) => String(data).includes('"last":true') && resolve());
  });
  subscribe(again, 1);
  await snapshot;
  again.close();
  well.close();
});
