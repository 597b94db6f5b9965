/** One command of a client: its word in capitals, and the rest of the line as it came. */
export type FtpCommand = Readonly<{ word: string; rest: string }>;

const longestLine = 4096;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Cuts what comes over a control connection into commands. */
export class Lines {
  /** A character a byte: a letter of several bytes may come in two portions. */
  #buffered = '';

  /** The commands that are complete by now; null when a line has no end, and the client is to be sent away. */
  take(bytes: Buffer): FtpCommand[] | null {
    this.#buffered += bytes.toString('latin1');
    const lines = this.#buffered.split('\n');
    this.#buffered = lines.pop() ?? '';
    if (this.#buffered.length > longestLine || lines.some((line) => line.length > longestLine)) return null;
    return lines.map(commandOf);
  }

  /** What was sent before TLS began must not be taken for what was sent within it. */
  forget(): void {
    this.#buffered = '';
  }
}

function commandOf(line: string): FtpCommand {
  // Before ABOR stand Telnet's interrupt and synch. Some modems send more spaces than one, and no name needs those.
  const text = line.replace(/^[^A-Za-z]+/, '');
  const [word = ''] = text.split(/\s/, 1);
  return { word: word.toUpperCase(), rest: textOf(text.slice(word.length)).trim() };
}

/** UTF-8, or Latin-1 where it is not: what small devices write without a thought. */
function textOf(bytes: string): string {
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}
