import { DomainError } from '../error.ts';
import { openTransfer } from '../files/open-transfer.ts';
import { withoutSecrets } from '../secrets/without-secrets.ts';
import { rule } from './rule.ts';

/** The answer names the file, or none when there is nothing to send; that it is *Uploaded* is the proof (OCPP 1.6 §4.4, §5.9). */
export const getDiagnostics = rule('getDiagnostics', {
  check(_central, _station, { from, until }) {
    if (from === undefined || until === undefined || until > from) return;
    throw new DomainError('inputInvalid', { field: 'request.until' }, { 'request.until': 'beforeStart' });
  },
  shown: (request) => ({ ...request, location: withoutSecrets(request.location) }),
  mayWait: ({ location, transfer }) => transfer !== undefined || withoutSecrets(location) === location,
  async prepare(central, station, request) {
    if (!request.transfer) return { request, unit: [] };
    const { location, unit } = await openTransfer(central, station, request.transfer, central.clock.now(), request);
    return { request: { ...request, location }, unit };
  },
  waits: () => true,
  outlivesRestart: true,
  proves: (_request, deed) => deed.did === 'diagnostics' && deed.status === 'Uploaded',
  fails: (_request, deed) => deed.did === 'diagnostics' && /fail/i.test(deed.status),
  steps: (_request, deed) => deed.did === 'diagnostics' && deed.status !== 'Idle',
  mayTryAgain: ({ retries = 0 }) => retries > 0,
  patienceMs: (_station, { retries = 0, retryIntervalS = 0 }) => 3_600_000 + retries * retryIntervalS * 1000,
});
