import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { handshakeStatus, rawStation } from '../../e2e/support/stations.ts';

/** What became of those who make the noise. */
export type NoiseMade = Readonly<{
  /** What the one that connects over and over gets in the end. */
  flapperStatus: number;
  /** Whether the daemon closed the one that sends frames too large. */
  bigFrameClosed: boolean;
}>;

/** Stations that the noise needs. */
export const noisyIds = ['FLOOD', 'FLAP', 'BIG', 'HALF'] as const;

// A process of its own, so that whoever makes the noise does not keep those who listen from looking at the clock.
if (import.meta.main) {
  const [, , at = ''] = process.argv;
  const end = new AbortController();
  process.once('message', () => end.abort());
  const made = await makeNoise(at, end.signal);
  process.send?.(made);
  process.disconnect?.();
}

/** Makes noise until the signal. */
async function makeNoise(at: string, signal: AbortSignal): Promise<NoiseMade> {
  const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  void flood(at, signal);
  void leaveHalfOpen(at, signal);
  slowHandshakes(at, signal);
  const [flapperStatus, bigFrameClosed] = await Promise.all([flap(at, signal), sendBig(at), over]);
  return { flapperStatus, bigFrameClosed };
}

/** A thousand messages a second. */
async function flood(at: string, signal: AbortSignal): Promise<void> {
  const station = await rawStation(at, 'FLOOD');
  await station.call('BootNotification', { chargePointVendor: 'Loud', chargePointModel: 'L' });
  let sent = 0;
  const timer = setInterval(() => {
    for (let times = 0; times < 20; times++) station.send(JSON.stringify([2, `f${++sent}`, 'Heartbeat', {}]));
  }, 20);
  const end = () => {
    clearInterval(timer);
    station.socket.terminate();
  };
  station.socket.once('close', end);
  signal.addEventListener('abort', end);
}

/** Connects over and over, ten times a second; resolves with the HTTP status of the last try. */
async function flap(at: string, signal: AbortSignal): Promise<number> {
  let status = 0;
  for (let times = 0; times < 20 || !signal.aborted; times++) {
    status = await handshakeStatus(at, 'FLAP');
    await wait(signal.aborted ? 0 : 100);
  }
  return status;
}

/** Sends 8 MiB in a frame; resolves with whether the daemon closed the connection. */
async function sendBig(at: string): Promise<boolean> {
  const station = await rawStation(at, 'BIG');
  station.send(JSON.stringify([2, 'big', 'DataTransfer', { vendorId: 'x', data: 'x'.repeat(8 * 1024 * 1024) }]));
  return (await station.closed) !== 1000;
}

async function leaveHalfOpen(at: string, signal: AbortSignal): Promise<void> {
  const station = await rawStation(at, 'HALF');
  station.socket.pause();
  signal.addEventListener('abort', () => station.socket.terminate());
}

/** Fifty that begin a handshake and never end it. */
function slowHandshakes(at: string, signal: AbortSignal): void {
  const { hostname, port, pathname } = new URL(at);
  const sockets: Socket[] = Array.from({ length: 50 }, () => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET ${pathname}/SLOW HTTP/1.1\r\nHost: ${hostname}\r\nX-`),
    );
    socket.on('error', () => {});
    return socket;
  });
  signal.addEventListener('abort', () => {
    for (const socket of sockets) socket.destroy();
  });
}
