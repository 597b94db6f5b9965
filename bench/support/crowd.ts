import { performance } from 'node:perf_hooks';
import { Line } from './line.ts';
import { addressOf, boot, call, identityOf } from './messages.ts';

/** Many idle stations, in a process of their own; does what its parent tells it. */
export type CrowdTask = Readonly<{ url: string; stations: number; speaksOcpp: boolean }>;
export type ToCrowd = Readonly<{ kind: 'connect'; atOnce: number } | { kind: 'drop' }>;
export type FromCrowd = Readonly<
  | { kind: 'connected'; seconds: number; connected: number; attempts: number; slowestBootMs: number; firstError: string }
  | { kind: 'dropped' }
>;

const mostAttempts = 20;
const task: CrowdTask = JSON.parse(process.argv[2] ?? '{}');
const tell = (message: FromCrowd) => process.send?.(message);

let lines: Line[] = [];

process.on('message', async (message: ToCrowd) => {
  if (message.kind === 'drop') {
    for (const line of lines) line.drop();
    lines = [];
    tell({ kind: 'dropped' });
    return;
  }
  const since = performance.now();
  const seen = { attempts: 0, slowestBootMs: 0, firstError: '' };
  const waiting = Array.from({ length: task.stations }, (_, index) => index);
  const work = async () => {
    for (let station = waiting.pop(); station !== undefined; station = waiting.pop()) await arrive(station, seen);
  };
  await Promise.all(Array.from({ length: message.atOnce }, work));
  tell({ kind: 'connected', seconds: (performance.now() - since) / 1000, connected: lines.length, ...seen });
});

/** Connects until it works, as stations do, and boots. */
async function arrive(station: number, seen: { attempts: number; slowestBootMs: number; firstError: string }): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    seen.attempts++;
    try {
      lines.push(await bootOver(station, seen));
      return;
    } catch (error) {
      seen.firstError ||= String(error);
      await new Promise((resolve) => setTimeout(resolve, 500 + 100 * attempt));
    }
  }
}

async function bootOver(station: number, seen: { slowestBootMs: number }): Promise<Line> {
  const booted = Promise.withResolvers<void>();
  const line = await Line.open({
    url: `${task.url}/${identityOf(station)}`,
    localAddress: addressOf(station),
    onText: (text) => text.startsWith('[3,"boot"') && booted.resolve(),
    onClose: () => booted.reject(new Error('closed before the boot was answered')),
  });
  if (!task.speaksOcpp) return line;
  const since = performance.now();
  line.send(call('boot', 'BootNotification', boot));
  await booted.promise;
  seen.slowestBootMs = Math.max(seen.slowestBootMs, performance.now() - since);
  return line;
}
