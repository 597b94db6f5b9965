/**
 * The one range of bytes that a Range header asks for, `end` being behind its last; null: all of it, also for what is not understood
 * or asks for several (RFC 9110 §14.2 allows that). `beyond`: it begins behind the end.
 */
export function rangeOf(header: string | undefined, sizeBytes: number): { start: number; end: number } | 'beyond' | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first === '') return Number(last) === 0 ? 'beyond' : { start: Math.max(0, sizeBytes - Number(last)), end: sizeBytes };
  const start = Number(first);
  if (start >= sizeBytes) return 'beyond';
  if (last !== '' && Number(last) < start) return null;
  return { start, end: last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1) };
}

/** Which part of a file a Content-Range header says that a body is, `end` being behind its last byte; null: there is no such header. */
export function partOf(header: string | undefined): { start: number; end: number; isLast: boolean } | 'wrong' | null {
  if (header === undefined) return null;
  const [, first, last, size = ''] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(header.trim()) ?? [];
  const [start, end] = [Number(first), Number(last) + 1];
  // Also when the header was not understood: numbers are missing then.
  if (!(start < end) || (size !== '*' && end > Number(size))) return 'wrong';
  return { start, end, isLast: end === Number(size) };
}
