import { Line } from '../../bench/support/line.ts';
import { boot, call, identityOf } from '../../bench/support/messages.ts';
import type { Random } from '../../simulator/random.ts';
import type { Ledger } from './ledger.ts';

type Message = Readonly<{ action: string; payload(): unknown; done(answer: Record<string, unknown>): void }>;
/** A message in the queue, with the id under which it was sent last. */
type Entry = { readonly message: Message; id: string | null };
export type QueueingOptions = Readonly<{
  /** The daemon may say that it cannot keep a message now; the station sends it again. Otherwise that is a problem. */
  mayBeRefused?: boolean;
}>;

const retryMs = 100;

/**
 * A station that charges session after session as fast as it is answered, and keeps its messages until they are: when the line breaks it
 * comes back and sends the one that was not answered again, as OCPP 1.6 §3.7 asks; some with the same message id, some with a new one.
 */
export class QueueingStation {
  readonly #identity: string;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #mayBeRefused: boolean;
  /** Messages that were answered with an error so far, and since the last one that was acknowledged. */
  refused = 0;
  refusedInARow = 0;
  /** Where the daemon listens now; it changes with each start. Null while there is none. */
  #url: string | null = null;
  #line: Line | null = null;
  /** The first one is under way while there is a line. */
  #queue: Entry[] = [];
  #sent = 0;
  #booted = false;
  #clock: number;
  #registerWh = 0;
  #isEnding = false;
  #ended: (() => void) | null = null;

  constructor(number: number, ledger: Ledger, random: Random, { mayBeRefused = false }: QueueingOptions = {}) {
    this.#identity = identityOf(number);
    this.#ledger = ledger;
    this.#random = random;
    this.#mayBeRefused = mayBeRefused;
    this.#clock = Date.now() - 30 * 86_400_000;
  }

  /** The daemon listens here from now on. */
  async comeTo(url: string): Promise<void> {
    this.#url = url;
    await this.#connect();
  }

  /** The daemon is about to be killed: wait until it is back. */
  goAway(): void {
    this.#url = null;
  }

  /** Finishes the session in hand; resolves when everything was acknowledged. */
  end(): Promise<void> {
    this.#isEnding = true;
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#ended = resolve;
    });
  }

  close(): void {
    this.#url = null;
    this.#line?.drop();
  }

  async #connect(): Promise<void> {
    for (let url = this.#url; url !== null && this.#line === null; url = this.#url) {
      try {
        this.#line = await Line.open({
          url: `${url}/${this.#identity}`,
          onText: (text) => this.#answered(text),
          onClose: () => this.#lost(),
        });
      } catch {
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
    if (this.#line === null) return;
    // A station that only lost its line sends no BootNotification again (OCPP 1.6 §4.2); this one forgets now and then.
    if (!this.#booted || this.#random.chance(0.1)) this.#queue.unshift({ message: this.#bootMessage(), id: null });
    this.#send();
  }

  #lost(): void {
    this.#line = null;
    if (this.#url !== null) void this.#connect();
  }

  #send(): void {
    if (this.#queue.length === 0) this.#addSession();
    const [entry] = this.#queue;
    if (entry === undefined) this.#ended?.();
    if (entry === undefined || this.#line === null) return;
    if (entry.id !== null) this.#ledger.noteRepeat();
    const keepsId = entry.id !== null && this.#random.chance(0.5);
    if (!keepsId) entry.id = `${this.#random.whole(0, 1e9)}-${this.#sent++}`;
    this.#line.send(call(entry.id ?? '', entry.message.action, entry.message.payload()));
  }

  #answered(text: string): void {
    const [kind, id, payload] = JSON.parse(text) as [number, string, Record<string, unknown>]; // What a daemon answers to a call.
    const [entry] = this.#queue;
    if (entry === undefined || entry.id !== id) return;
    if (kind !== 3 && this.#mayBeRefused) {
      this.refused++;
      this.refusedInARow++;
      setTimeout(() => this.#send(), retryMs);
      return;
    }
    if (kind !== 3) {
      // Messages about transactions are always answered with success (R3), and these are all in order.
      this.#ledger.noteProblem(`${entry.message.action} of ${this.#identity} was answered ${text}`);
      return;
    }
    this.refusedInARow = 0;
    this.#queue.shift();
    entry.message.done(payload);
    this.#send();
  }

  #bootMessage(): Message {
    return {
      action: 'BootNotification',
      payload: () => boot,
      done: () => {
        this.#booted = true;
      },
    };
  }

  /** Puts the messages of another session into the queue. */
  #addSession(): void {
    if (this.#isEnding) return;
    let transactionId = 0;
    const startedAt = this.#tick();
    const meterStartWh = this.#registerWh;
    const start: Message = {
      action: 'StartTransaction',
      payload: () => ({
        connectorId: 1,
        idTag: 'FAULTS',
        meterStart: meterStartWh,
        timestamp: new Date(startedAt).toISOString(),
      }),
      done: (answer) => {
        transactionId = Number(answer.transactionId);
        this.#ledger.noteStart(this.#identity, startedAt, meterStartWh, transactionId);
      },
    };
    this.#ledger.noteSentStart();
    const samples = Array.from({ length: this.#random.whole(1, 6) }, () => this.#sample(() => transactionId));
    const stoppedAt = this.#tick();
    const meterStopWh = ++this.#registerWh;
    const stop: Message = {
      action: 'StopTransaction',
      payload: () => ({
        transactionId,
        meterStop: meterStopWh,
        timestamp: new Date(stoppedAt).toISOString(),
        reason: 'EVDisconnected',
      }),
      done: () => this.#ledger.noteStop(this.#identity, transactionId, meterStopWh),
    };
    this.#queue.push(...[start, ...samples, stop].map((message) => ({ message, id: null })));
    this.#registerWh++;
  }

  #sample(transactionId: () => number): Message {
    const timestamp = new Date(this.#tick()).toISOString();
    this.#registerWh += this.#random.whole(1, 50);
    const energyWh = this.#registerWh;
    return {
      action: 'MeterValues',
      payload: () => ({
        connectorId: 1,
        transactionId: transactionId(),
        meterValue: [
          {
            timestamp,
            sampledValue: [{ value: String(energyWh) }, { value: '7400', measurand: 'Power.Active.Import', unit: 'W' }],
          },
        ],
      }),
      done: () => this.#ledger.noteSample(this.#identity, transactionId(), energyWh),
    };
  }

  #tick(): number {
    this.#clock += 1000;
    return this.#clock;
  }
}
