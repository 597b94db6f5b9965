import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { openFile } from './files.ts';
import { isText, readEntries } from './unpack.ts';

const mostMatches = 500;
const longestLine = 2000;
const mostUnpackedBytes = 256 * 1024 * 1024;

type Stored = Readonly<{ publicId: string; name: string }>;

/** What is in a file: itself, or the files of the archive that it is. */
export async function textEntries(central: Central, file: Stored) {
  const entries: { name: string; sizeBytes: number; text: boolean }[] = [];
  await eachEntry(central, file, async (name, body) => {
    let sizeBytes = 0;
    let text = false;
    for await (const bytes of body) {
      if (sizeBytes === 0) text = isText(bytes);
      sizeBytes += bytes.length;
    }
    entries.push({ name, sizeBytes, text });
    return 'goOn';
  });
  return entries;
}

/** Lines of a text; of an archive those of one entry. Refuses with `fileNotText`. */
export async function linesOf(central: Central, file: Stored, wanted: Readonly<{ entry?: string; from: number; count: number }>) {
  let found: { entry: string; lines: string[]; more: boolean } | null = null;
  await eachEntry(central, file, async (entry, body) => {
    if (wanted.entry !== undefined && wanted.entry !== entry) return 'goOn';
    const lines: string[] = [];
    let number = 0;
    let more = false;
    for await (const line of textLines(body)) {
      if (line === null) return 'goOn';
      number++;
      if (number < wanted.from) continue;
      more = lines.length === wanted.count;
      if (more) break;
      lines.push(line);
    }
    found = { entry, lines, more };
    return 'stop';
  });
  if (!found) throw new DomainError('fileNotText');
  return found;
}

/** Lines that hold a text, without regard to case. The text is taken as it is: no pattern of a stranger is ever run (SECURITY A17). */
export async function searchIn(central: Central, file: Stored, text: string) {
  const wanted = text.toLowerCase();
  const matches: { entry: string; line: number; text: string }[] = [];
  let more = false;
  const isWhole = await eachEntry(central, file, async (entry, body) => {
    let line = 0;
    for await (const each of textLines(body)) {
      if (each === null) return 'goOn';
      line++;
      if (!each.toLowerCase().includes(wanted)) continue;
      more = matches.length === mostMatches;
      if (more) return 'stop';
      matches.push({ entry, line, text: each });
    }
    return 'goOn';
  });
  return { matches, more: more || !isWhole };
}

/** Goes through what is in a file; false when it is longer than is looked at, or broken somewhere. */
async function eachEntry(
  central: Central,
  { publicId, name }: Stored,
  look: (name: string, body: AsyncIterable<Buffer>) => Promise<'goOn' | 'stop'>,
): Promise<boolean> {
  const handle = await openFile(central.files, publicId, 'read');
  try {
    return await readEntries(handle, name, mostUnpackedBytes, look);
  } finally {
    await handle.close();
  }
}

/** The lines of a text; a single null for what is no text. */
async function* textLines(body: AsyncIterable<Buffer>): AsyncGenerator<string | null> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let isFirst = true;
  for await (const bytes of body) {
    if (isFirst && !isText(bytes)) return yield null;
    isFirst = false;
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    // A line without end is cut, so that it is not kept whole.
    if (rest.length > longestLine * 8) rest = rest.slice(0, longestLine);
    for (const line of lines) yield shortened(line);
  }
  rest += decoder.decode();
  if (rest !== '') yield shortened(rest);
}

const shortened = (line: string) => line.replace(/\r$/, '').slice(0, longestLine);
