/**
 * The folder that a path means, seen from another one. Folders are words only: there are none on the disk, so that no path leads
 * anywhere. Null for what no folder can be called.
 */
export function folderOf(from: string, path: string): string | null {
  if (path.length > 500 || /\p{C}/u.test(path)) return null;
  const isAbsolute = /^[/\\]/.test(path);
  const parts = isAbsolute ? [] : from.split('/').filter((part) => part !== '');
  for (const part of path.split(/[/\\]/)) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
