import { useI18n } from 'vue-i18n';
import type { Command, RequestKind, StationRequest } from '../../shared/model/command.ts';

/** The commands that have a form. */
export type OfferedKind = Extract<
  RequestKind,
  | 'remoteStart'
  | 'remoteStop'
  | 'reset'
  | 'unlock'
  | 'changeAvailability'
  | 'clearCache'
  | 'trigger'
  | 'getConfiguration'
  | 'changeConfiguration'
>;

/** What OCPP calls it: for those who compare with the station's manual. */
export const wireName: Readonly<Record<OfferedKind, string>> = {
  remoteStart: 'RemoteStartTransaction',
  remoteStop: 'RemoteStopTransaction',
  reset: 'Reset',
  unlock: 'UnlockConnector',
  changeAvailability: 'ChangeAvailability',
  clearCache: 'ClearCache',
  trigger: 'TriggerMessage',
  getConfiguration: 'GetConfiguration',
  changeConfiguration: 'ChangeConfiguration',
};

/** The station agreed, and then did not do it. */
export const lacksProof = ({ state, detail }: Command): boolean =>
  state === 'failed' && typeof detail === 'object' && detail !== null && 'reason' in detail && detail.reason === 'noProof';

/** Commands and their outcomes in plain words. */
export function useRequestText() {
  const { t, te } = useI18n();

  const outlet = (connectorId: number): string =>
    connectorId === 0 ? t('control.wholeStation') : t('control.outlet', { number: connectorId });

  /** To what a request is about: an outlet, a key, a message. */
  function subject(request: StationRequest): string {
    switch (request.kind) {
      case 'remoteStart':
        return [request.connectorId === undefined ? '' : outlet(request.connectorId), request.idTag].filter(Boolean).join(' · ');
      case 'remoteStop':
        return t('control.session', { number: request.transactionId });
      case 'reset':
        return t(`control.reset.${request.mode}`);
      case 'unlock':
        return outlet(request.connectorId);
      case 'changeAvailability':
        return `${outlet(request.connectorId)} · ${t(request.operative ? 'control.availability.operative' : 'control.availability.inoperative')}`;
      case 'trigger':
        return request.connectorId === undefined ? request.message : `${request.message} · ${outlet(request.connectorId)}`;
      case 'getConfiguration':
        return request.keys?.length ? request.keys.join(', ') : t('control.allKeys');
      case 'changeConfiguration':
        return `${request.key} = ${request.value}`;
      default:
        return '';
    }
  }

  /** What the station's word means for this command; empty when the word says it all. */
  function meaning(command: Command): string {
    const { state, answer, request } = command;
    if (state === 'queued' || state === 'sent' || state === 'timedOut') return t(`control.meaning.${state}`);
    if (lacksProof(command)) return t('control.meaning.noProof');
    // A kind that the answer ends stays *accepted*; one that waits for a deed says what for.
    for (const key of [`word.${answer}`, `${request.kind}.${state}`]) {
      if (te(`control.meaning.${key}`)) return t(`control.meaning.${key}`);
    }
    return '';
  }

  return {
    outlet,
    subject,
    meaning,
    name: (kind: RequestKind): string => (te(`control.command.${kind}`) ? t(`control.command.${kind}`) : kind),
  };
}
