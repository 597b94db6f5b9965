import { type ClientOptions, WebSocket } from 'ws';

/** The payload of a message, as it goes over the wire. */
export type Payload = Readonly<Record<string, unknown>>;

/** How a station answers a call of the central system; `afterwards` runs when the answer has left. */
export type Reply = Readonly<{ answer: Payload; afterwards?: () => void }>;

/** Why a call got no result: `closed` the line broke, `timeout`, or the error code of a CALLERROR. */
export class CallFailed extends Error {
  readonly code: string;
  constructor(code: string, description = '') {
    super(description === '' ? code : `${code}: ${description}`);
    this.name = 'CallFailed';
    this.code = code;
  }
}

/** The handshake was answered with an HTTP status instead of an upgrade. */
export class HandshakeRefused extends Error {
  readonly statusCode: number;
  constructor(statusCode: number) {
    super(`The central system answered the handshake with ${statusCode}.`);
    this.name = 'HandshakeRefused';
    this.statusCode = statusCode;
  }
}

export type LineOptions = Readonly<{
  url: string;
  chargeBoxId: string;
  protocols: readonly string[];
  headers: Readonly<Record<string, string>>;
  client: ClientOptions;
  timeoutMs: number;
  onCall(action: string, payload: unknown): Reply | Promise<Reply>;
  onClose(code: number): void;
}>;

/** What a station needs of its line, whatever carries it. */
export type StationLine = Pick<
  Line,
  'opened' | 'closed' | 'isOpen' | 'call' | 'newMessageId' | 'sendRaw' | 'hang' | 'close' | 'cut'
>;

type Waiting = {
  readonly id: string;
  readonly text: string;
  resolve(payload: Payload): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout | null;
};

let lines = 0;

/** One WebSocket of a station, speaking OCPP-J: one call of ours at a time, calls of the other side answered meanwhile. */
export class Line implements StationLine {
  readonly opened: Promise<void>;
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>;
  readonly socket: WebSocket;
  readonly #options: LineOptions;
  readonly #waiting: Waiting[] = [];
  readonly #name = (lines++).toString(36);
  #calls = 0;
  #current: Waiting | null = null;
  #isOpen = false;
  #isHung = false;

  constructor(options: LineOptions) {
    this.#options = options;
    this.socket = new WebSocket(options.url, [...options.protocols], {
      perMessageDeflate: false,
      handshakeTimeout: options.timeoutMs,
      headers: { ...options.headers },
      ...options.client,
    });
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', () => {
        this.#isOpen = true;
        resolve();
      });
      this.socket.once('unexpected-response', (_request, response) => {
        response.destroy();
        reject(new HandshakeRefused(response.statusCode ?? 0));
        this.socket.terminate();
      });
      this.socket.on('error', reject);
    });
    this.socket.on('message', (data) => this.#heard(String(data)));
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code) => {
        this.#closed(code);
        resolve();
      });
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Sends a CALL when those before it are answered. Rejects with `CallFailed`. */
  call(action: string, payload: unknown, messageId = this.newMessageId()): Promise<Payload> {
    if (!this.#isOpen) return Promise.reject(new CallFailed('closed'));
    return new Promise((resolve, reject) => {
      const text = JSON.stringify([2, messageId, action, payload]);
      this.#waiting.push({ id: messageId, text, resolve, reject, timer: null });
      this.#next();
    });
  }

  newMessageId(): string {
    this.#calls += 1;
    return `${this.#name}-${this.#calls.toString(36)}`;
  }

  /** Sends bytes or text as they are: for stations that do not keep to the protocol. */
  sendRaw(data: string | Uint8Array): void {
    if (this.#isOpen && !this.#isHung) this.socket.send(data);
  }

  /** From now on the other side hears nothing and gets no answer, not even to a ping, yet the socket stays open. */
  hang(): void {
    this.#isHung = true;
    this.socket.pause();
    this.#giveUpCalls();
  }

  close(code = 1000): void {
    if (this.#isHung || this.socket.readyState === WebSocket.CONNECTING) this.socket.terminate();
    else this.socket.close(code);
  }

  /** Breaks the connection without a word. */
  cut(): void {
    this.socket.terminate();
  }

  #next(): void {
    if (this.#current || !this.#isOpen) return;
    const call = this.#waiting.shift();
    if (!call) return;
    this.#current = call;
    call.timer = setTimeout(
      () => this.#settle(call.id, (late) => late.reject(new CallFailed('timeout'))),
      this.#options.timeoutMs,
    );
    this.sendRaw(call.text);
  }

  #settle(id: string, how: (call: Waiting) => void): void {
    const call = this.#current;
    if (call?.id !== id) return;
    if (call.timer) clearTimeout(call.timer);
    this.#current = null;
    how(call);
    this.#next();
  }

  #heard(text: string): void {
    const frame = parsed(text);
    if (!Array.isArray(frame)) return;
    const [type, id, third, fourth] = frame;
    if (type === 2) void this.#answer(String(id), String(third), fourth);
    else if (type === 3) this.#settle(String(id), (call) => call.resolve(asPayload(third)));
    else if (type === 4) this.#settle(String(id), (call) => call.reject(new CallFailed(String(third), String(fourth))));
  }

  async #answer(id: string, action: string, payload: unknown): Promise<void> {
    try {
      const reply = await this.#options.onCall(action, payload);
      this.sendRaw(JSON.stringify([3, id, reply.answer]));
      reply.afterwards?.();
    } catch (error) {
      const failed = error instanceof CallFailed ? error : new CallFailed('InternalError', String(error));
      this.sendRaw(JSON.stringify([4, id, failed.code, failed.message, {}]));
    }
  }

  #closed(code: number): void {
    this.#giveUpCalls();
    this.#options.onClose(code);
  }

  #giveUpCalls(): void {
    this.#isOpen = false;
    const unanswered = this.#current ? [this.#current, ...this.#waiting] : [...this.#waiting];
    this.#current = null;
    this.#waiting.length = 0;
    for (const call of unanswered) {
      if (call.timer) clearTimeout(call.timer);
      call.reject(new CallFailed('closed'));
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The payload as an object; anything else has no members. */
export function asPayload(value: unknown): Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** A call that got no answer, or an error for one, is the central system's business; anything else is a defect of ours. */
export function ignoreFailedCall(error: unknown): void {
  if (!(error instanceof CallFailed)) throw error;
}
