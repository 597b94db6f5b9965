/** One command of a client: its word in capitals, and the rest of the line as it came. */
export type FtpCommand = Readonly<{ word: string; rest: string }>;

const longestLine = 4096;

/** Cuts what comes over a control connection into commands. */
export class Lines {
  #buffered = '';

  /** The commands that are complete by now; null when a line has no end, and the client is to be sent away. */
  take(bytes: Buffer): FtpCommand[] | null {
    this.#buffered += bytes.toString('utf8');
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
  // Telnet's interrupt and synch, which stand before ABOR; decoded as UTF-8 they are replacement characters.
  const text = line.replace(/\r$/, '').replace(/^[^A-Za-z]+/, '');
  const space = text.indexOf(' ');
  const word = space < 0 ? text : text.slice(0, space);
  return { word: word.toUpperCase(), rest: space < 0 ? '' : text.slice(space + 1) };
}
