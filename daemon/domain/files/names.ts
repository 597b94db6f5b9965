const longestPath = 1024;
const longestName = 200;

/**
 * The last part of a path as a station writes it, or null if it leads elsewhere: upwards, from a drive, with control characters, or
 * without end. It is kept as text for people; no file of ours is ever called so (SECURITY R19, A13).
 */
export function fileNameOf(path: string): string | null {
  if (path.length > longestPath || /[\p{C}\p{Zl}\p{Zp}]/u.test(path)) return null;
  const parts = path.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  const name = parts.at(-1);
  if (name === undefined || parts.some((part) => /^\.\.+$/.test(part.trim()) || /^[A-Za-z]:/.test(part))) return null;
  return name.slice(0, longestName);
}

/** A name that any system of a person takes for a file. */
export function harmlessName(name: string): string {
  const plain = name.replace(/[\\/:*?"<>|\p{C}\p{Z}]+/gu, '_').replace(/^\.+|[. ]+$/g, '');
  const isReserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(plain);
  return (isReserved ? `_${plain}` : plain).slice(0, longestName) || 'file';
}

/** A name that can stand in a URL for a station as it is. */
export const nameForUrl = (name: string): string => harmlessName(name).replace(/[^A-Za-z0-9._-]+/g, '_');
