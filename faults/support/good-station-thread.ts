import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { addressOf, identityOf } from '../../bench/support/messages.ts';
import { boot15, post, soapMessage } from '../../e2e/support/soap.ts';
import type { GoodStationTask, Order, Report } from './good-station.ts';
import { Guest } from './guest.ts';

const pauseMs = 10;

const { url, station, transport } = workerData as GoodStationTask; // What the starter of this thread hands over.
const guest = transport === 'json' ? new Guest() : null;
let isBeating = false;
let times: number[] = [];
let problem: string | null = null;
let beating: Promise<void> = Promise.resolve();

async function question(): Promise<string> {
  if (guest) return await guest.question();
  const { status } = await post(url, soapMessage({ chargeBoxId: identityOf(station), operation: 'heartbeat' }));
  return status === 200 ? 'answer' : String(status);
}

async function beat(): Promise<void> {
  while (isBeating && problem === null) {
    const since = performance.now();
    const outcome = await question().catch((error: unknown) => String(error));
    times.push(performance.now() - since);
    if (outcome !== 'answer') problem = outcome;
    await wait(pauseMs);
  }
}

async function rest(): Promise<void> {
  isBeating = false;
  await beating;
  parentPort?.postMessage({ times, problem } satisfies Report);
  times = [];
}

parentPort?.on('message', (order: Order) => {
  if (order === 'beat') {
    isBeating = true;
    beating = beat();
  } else if (order === 'rest') void rest();
  else {
    guest?.line?.drop();
    parentPort?.close();
  }
});

if (guest) await guest.enter(`${url}/${identityOf(station)}`, addressOf(station));
else await post(url, soapMessage({ chargeBoxId: identityOf(station), operation: 'bootNotification', members: boot15 }));
parentPort?.postMessage('here');
