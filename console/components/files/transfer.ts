import type { Transfer } from '../../../shared/model/file-transfer.ts';
import { numberText } from '../../composables/quantity.ts';

/** Whether something may still happen to it. */
export const isMoving = ({ state }: Transfer): boolean => !['done', 'failed', 'expired', 'silent', 'withdrawn'].includes(state);

/** `1.4 MB`; below a thousand bytes these themselves. */
export function sizeText(bytes: number, language: string): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at++;
  }
  return `${numberText(value, language, at > 0 && value < 100 ? 1 : 0)}\u00a0${units[at]}`;
}

/** Takes a file of the daemon to the person's machine. */
export function download(path: string): void {
  const link = document.createElement('a');
  link.href = path;
  link.download = '';
  link.click();
}
