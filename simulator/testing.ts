import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { asPayload, type Payload } from './line.ts';

type Answer = Payload | 'silence' | Readonly<{ error: string }>;

/** A central system that answers from a table and remembers what it heard: for the simulator's own tests. */
export type PretendedCentral = Readonly<{
  url: string;
  heard: { action: string; payload: Payload; id: string; path: string }[];
  answers: Record<string, (payload: Payload, times: number) => Answer>;
  /** Calls the station that connected last. */
  call(action: string, payload: Payload): Promise<Payload>;
  actions(): string[];
  close(): Promise<void>;
}>;

/** Listens on a free port of this machine. */
export async function pretendCentral(): Promise<PretendedCentral> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => (offered.has('ocpp1.6') ? 'ocpp1.6' : false),
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const heard: PretendedCentral['heard'] = [];
  const times = new Map<string, number>();
  const waiting = new Map<string, (answer: Payload) => void>();
  let last: WebSocket | null = null;
  let transactions = 0;
  let calls = 0;
  const accepted = { idTagInfo: { status: 'Accepted' } };
  const answers: PretendedCentral['answers'] = {
    BootNotification: () => ({ status: 'Accepted', interval: 300, currentTime: new Date().toISOString() }),
    Authorize: () => accepted,
    StartTransaction: () => ({ ...accepted, transactionId: ++transactions }),
  };
  server.on('connection', (socket, request) => {
    last = socket;
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => {
      const [type, id, action, payload] = JSON.parse(String(data));
      if (type !== 2) return waiting.get(id)?.(asPayload(type === 3 ? action : { error: action }));
      heard.push({ action, payload: asPayload(payload), id, path: request.url ?? '' });
      times.set(action, (times.get(action) ?? 0) + 1);
      const answer = answers[action]?.(asPayload(payload), times.get(action) ?? 0) ?? {};
      if (answer === 'silence') return;
      socket.send(JSON.stringify('error' in answer ? [4, id, answer.error, '', {}] : [3, id, answer]));
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/Ocpp/websocket`, // a listening TCP server has one
    heard,
    answers,
    actions: () => heard.map((message) => message.action),
    call: (action, payload) =>
      new Promise((resolve) => {
        const id = `c${++calls}`;
        waiting.set(id, resolve);
        last?.send(JSON.stringify([2, id, action, payload]));
      }),
    close: () => {
      for (const socket of server.clients) socket.terminate();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
