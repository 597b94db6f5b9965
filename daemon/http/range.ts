/**
 * The one range of bytes that a Range header asks for, `end` being behind its last; null: all of it, also for what is not understood
 * or asks for several (RFC 9110 §14.2 allows that). `beyond`: it begins behind the end.
 */
export function rangeOf(header: string | undefined, sizeBytes: number): { start: number; end: number } | 'beyond' | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first === '') return { start: Math.max(0, sizeBytes - Number(last)), end: sizeBytes };
  const start = Number(first);
  if (start >= sizeBytes) return 'beyond';
  if (last !== '' && Number(last) < start) return null;
  return { start, end: last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1) };
}
