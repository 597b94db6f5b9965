/** A file as listings show it. */
export type Listed = Readonly<{ name: string; sizeBytes: number; changedAt: number }>;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** `YYYYMMDDHHMMSS`, UTC (RFC 3659). */
export const ftpTime = (at: number): string => new Date(at).toISOString().replace(/[-:T]/g, '').slice(0, 14);

/** A line of LIST, in the form that clients know best: that of `ls -l`. */
export function listLine({ name, sizeBytes, changedAt }: Listed): string {
  const at = new Date(changedAt);
  const when = `${months[at.getUTCMonth()]} ${two(at.getUTCDate())} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  return `-rw------- 1 portal portal ${String(sizeBytes).padStart(12)} ${when} ${name}`;
}

/** A line of MLSD (RFC 3659). */
export const factLine = ({ name, sizeBytes, changedAt }: Listed): string =>
  `type=file;size=${sizeBytes};modify=${ftpTime(changedAt)}; ${name}`;
