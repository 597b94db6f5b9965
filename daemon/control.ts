import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

/** What the commands of this machine ask of the daemon that runs on a data folder. */
const Request = Type.Union([
  Type.Object({ ask: Type.Literal('status') }),
  Type.Object({ ask: Type.Literal('resetPassword'), email: Type.String({ maxLength: 254 }) }),
]);
export type ControlRequest = Static<typeof Request>;

/** The answer: facts of the kind of request, or why there are none. */
export type ControlAnswer = Readonly<Record<string, unknown>> | Readonly<{ error: string }>;

/** Somebody else's daemon already runs on the data folder. */
export class DataFolderInUse extends Error {
  readonly code = 'dataFolderInUse';

  constructor(data: string) {
    super(`Another charge-portal runs on the data folder ${data}. Stop it first, or choose another folder with --data.`);
    this.name = 'DataFolderInUse';
  }
}

const maxRequestBytes = 4096;

/**
 * Claims the data folder for this daemon and answers the commands of this machine, over a socket in that folder: only who may
 * write there can reach it. A socket that nobody listens to was left by a daemon that was killed, and is replaced.
 */
export async function holdDataFolder(
  data: string,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<{ close(): Promise<void> }> {
  const path = socketPath(data);
  const server = createServer((socket) => serve(socket, answer));
  try {
    await listen(server, path);
  } catch (error) {
    if (!isCode(error, 'EADDRINUSE')) throw error;
    if ((await askDaemon(data, { ask: 'status' })) !== null) throw new DataFolderInUse(data);
    rmSync(path, { force: true });
    await listen(server, path);
  }
  return { close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Asks the daemon that runs on a data folder; null when none does. */
export function askDaemon(data: string, request: ControlRequest): Promise<ControlAnswer | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath(data));
    let text = '';
    socket.setEncoding('utf8').setTimeout(10_000, () => socket.destroy(new Error('The running daemon does not answer.')));
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', (part) => {
      text += part;
    });
    socket.on('end', () => resolve(JSON.parse(text)));
    socket.on('error', (error) => (isCode(error, 'ENOENT') || isCode(error, 'ECONNREFUSED') ? resolve(null) : reject(error)));
  });
}

/** Beside the database; in the folder for temporary files where the system's limit for socket names (107 bytes) is too short. */
function socketPath(data: string): string {
  const name = `charge-portal-${createHash('sha256').update(data).digest('hex').slice(0, 16)}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  const path = join(data, 'control.sock');
  return Buffer.byteLength(path) <= 100 ? path : join(tmpdir(), `${name}.sock`);
}

function serve(socket: Socket, answer: (request: ControlRequest) => Promise<ControlAnswer>): void {
  let text = '';
  socket.setEncoding('utf8').setTimeout(5000, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (part) => {
    text += part;
    if (text.length > maxRequestBytes) socket.destroy();
    if (!text.endsWith('\n')) return;
    reply(text, answer).then((told) => socket.end(JSON.stringify(told)));
  });
}

async function reply(text: string, answer: (request: ControlRequest) => Promise<ControlAnswer>): Promise<ControlAnswer> {
  try {
    return await answer(Value.Parse(Request, JSON.parse(text)));
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

const isCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code;
