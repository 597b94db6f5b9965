import { runDemo } from '../simulator/demo.ts';
import { demoHistory } from '../simulator/demo-history.ts';
import { demoAccounts, demoFile } from '../simulator/demo-site.ts';
import type { Central } from './domain/central.ts';
import { prepareDemo } from './domain/demo/prepare.ts';

const days = 7;
const seed = 7;

/** Makes the demo's sites, people and last week in an empty database; goes on with them in one that has them. */
export const makeDemo = (central: Central): Promise<void> =>
  prepareDemo(central, demoFile, (until) => demoHistory(until, days, seed));

/** Lets the demo's stations charge at the listener of this daemon. */
export function chargeDemo(host: string, port: number): { close(): Promise<void> } {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return runDemo(`ws://${reachable}:${port}/Ocpp/websocket`, seed);
}

/** Who can sign in to the demo, in lines to print. */
export const demoSignIns = (): string[] => [
  'Demo: two sites with live charging. Sign in as',
  ...demoAccounts.map(({ role, email, password }) => `  ${role.padEnd(18)}${email.padEnd(24)}${password}`),
];
