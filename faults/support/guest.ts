import { Line } from '../../bench/support/line.ts';
import { boot, call } from '../../bench/support/messages.ts';

export const answerWithinMs = 60_000;

/** A station on a raw line, which may send anything, and now and then asks something sensible. */
export class Guest {
  line: Line | null = null;
  isOpen = false;
  #questions = 0;
  #expected = '';
  #settle: ((outcome: 'answer' | 'closed') => void) | null = null;
  readonly #noteAnswer: (text: string) => void;

  constructor(noteAnswer: (text: string) => void = () => undefined) {
    this.#noteAnswer = noteAnswer;
  }

  async enter(url: string, localAddress: string): Promise<void> {
    this.line = await Line.open({
      url,
      localAddress,
      onText: (text) => {
        if (this.#expected !== '' && text.startsWith(this.#expected)) this.#settle?.('answer');
        else this.#noteAnswer(text);
      },
      onClose: () => {
        this.isOpen = false;
        this.#settle?.('closed');
      },
    });
    this.isOpen = true;
    await this.question('BootNotification', boot);
  }

  /** Whether a good message is still answered. */
  async question(
    action = 'Heartbeat',
    payload: unknown = {},
    withinMs = answerWithinMs,
  ): Promise<'answer' | 'closed' | 'silence'> {
    if (!this.isOpen) return 'closed';
    const id = `question-${this.#questions++}`;
    this.#expected = `[3,"${id}"`;
    let late: NodeJS.Timeout | undefined;
    const outcome = await new Promise<'answer' | 'closed' | 'silence'>((resolve) => {
      this.#settle = resolve;
      late = setTimeout(() => resolve('silence'), withinMs);
      this.line?.send(call(id, action, payload));
    });
    clearTimeout(late);
    this.#settle = null;
    return outcome;
  }
}
