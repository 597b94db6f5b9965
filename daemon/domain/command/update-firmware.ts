import { fittingFirmware, openTransfer } from '../files/open-transfer.ts';
import { withoutSecrets } from '../secrets/without-secrets.ts';
import { rule } from './rule.ts';

const hourMs = 3_600_000;

/**
 * The answer is empty and says nothing (OCPP 1.6 §5.19): *Installed*, or a boot with another version, is the proof, and each status on the
 * way is shown. With retries a failed download is not the end, and a later success counts.
 */
export const updateFirmware = rule('updateFirmware', {
  async check(central, station, { transfer }) {
    const { firmwareId } = transfer ?? {};
    if (firmwareId !== undefined) await fittingFirmware(central, station, { ...transfer, firmwareId });
  },
  shown: (request) => ({ ...request, location: withoutSecrets(request.location) }),
  mayWait: ({ location, transfer }) => transfer !== undefined || withoutSecrets(location) === location,
  async prepare(central, station, request) {
    if (!request.transfer) return { request, unit: [] };
    const retrieveAt = Math.max(request.retrieveAt, central.clock.now());
    const { location, unit } = await openTransfer(central, station, request.transfer, retrieveAt, request);
    return { request: { ...request, location, retrieveAt }, unit };
  },
  waits: () => true,
  outlivesRestart: true,
  proves: (_request, deed) =>
    (deed.did === 'firmware' && deed.status === 'Installed') || (deed.did === 'booted' && deed.hasNewFirmware),
  fails: (_request, deed) => deed.did === 'firmware' && /fail/i.test(deed.status),
  // Idle is the answer to a trigger, not a step (FACTS §6.11).
  steps: (_request, deed) => deed.did === 'firmware' && deed.status !== 'Idle',
  mayTryAgain: ({ retries = 0 }) => retries > 0,
  patienceMs: (_station, { retrieveAt, retries = 0, retryIntervalS = 0 }, now) =>
    Math.max(0, retrieveAt - now) + 24 * hourMs + retries * retryIntervalS * 1000,
});
