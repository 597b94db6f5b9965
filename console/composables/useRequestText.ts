import { useI18n } from 'vue-i18n';
import type { ChargingProfile } from '../../shared/model/charging-profile.ts';
import { type Command, type RequestKind, reasonOf, type StationRequest } from '../../shared/model/command.ts';
import { numberText } from './quantity.ts';
import { clockText, dateText } from './time-zone.ts';

/** What OCPP calls it: for those who compare with the station's manual. */
export const wireName: Readonly<Record<RequestKind, string>> = {
  remoteStart: 'RemoteStartTransaction',
  remoteStop: 'RemoteStopTransaction',
  reset: 'Reset',
  unlock: 'UnlockConnector',
  changeAvailability: 'ChangeAvailability',
  clearCache: 'ClearCache',
  trigger: 'TriggerMessage',
  getConfiguration: 'GetConfiguration',
  changeConfiguration: 'ChangeConfiguration',
  reserve: 'ReserveNow',
  cancelReservation: 'CancelReservation',
  getLocalListVersion: 'GetLocalListVersion',
  sendLocalList: 'SendLocalList',
  setChargingProfile: 'SetChargingProfile',
  clearChargingProfile: 'ClearChargingProfile',
  getCompositeSchedule: 'GetCompositeSchedule',
  updateFirmware: 'UpdateFirmware',
  getDiagnostics: 'GetDiagnostics',
  dataTransfer: 'DataTransfer',
};

/** A member of what a station said beside its word, when it is text or a number. */
export function told(detail: Command['detail'], member: string): string | null {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return null;
  const value = Object.entries(detail).find(([name]) => name === member)?.[1];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** How far a transfer of firmware or diagnostics has come, in the station's own word. */
export function lastStep({ detail }: Command): string | null {
  if (typeof detail !== 'object' || detail === null || !('steps' in detail) || !Array.isArray(detail.steps)) return null;
  return told(detail.steps.at(-1) ?? null, 'status');
}

/** The station agreed, and then did not do it. */
export const lacksProof = ({ state, detail }: Command): boolean => reasonOf(state, detail)?.code === 'noProof';

/** Commands and their outcomes in plain words. */
export function useRequestText() {
  const { t, te, locale } = useI18n();

  const outlet = (connectorId: number): string =>
    connectorId === 0 ? t('control.wholeStation') : t('control.outlet', { number: connectorId });

  const moment = (at: number, zone: string): string => `${dateText(at, zone)} ${clockText(at, zone)}`;

  /** `16 A`, or `6–16 A` for limits that change. */
  function limits({ schedule: { periods, unit } }: ChargingProfile): string {
    const all = periods.map(({ limit }) => limit);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    const number = (value: number) => numberText(value, locale.value, Number.isInteger(value) ? 0 : 1);
    return `${least === most ? number(most) : `${number(least)}–${number(most)}`}\u00A0${unit}`;
  }

  /** To what a request is about: an outlet, a key, a message. */
  function subject(request: StationRequest, zone: string): string {
    switch (request.kind) {
      case 'remoteStart':
        return listed([
          request.connectorId === undefined ? '' : outlet(request.connectorId),
          request.idTag,
          request.chargingProfile ? limits(request.chargingProfile) : '',
        ]);
      case 'remoteStop':
        return t('control.session', { number: request.transactionId });
      case 'reset':
        return t(`control.reset.${request.mode}`);
      case 'unlock':
        return outlet(request.connectorId);
      case 'changeAvailability':
        return listed([
          outlet(request.connectorId),
          t(request.operative ? 'control.availability.operative' : 'control.availability.inoperative'),
        ]);
      case 'trigger':
        return listed([request.message, request.connectorId === undefined ? '' : outlet(request.connectorId)]);
      case 'getConfiguration':
        return request.keys?.length ? request.keys.join(', ') : t('control.allKeys');
      case 'changeConfiguration':
        return `${request.key} = ${request.value}`;
      case 'reserve':
        return listed([
          request.connectorId === 0 ? t('control.anyOutlet') : outlet(request.connectorId),
          request.idTag,
          t('control.untilTime', { time: moment(request.expiresAt, zone) }),
        ]);
      case 'cancelReservation':
        return t('control.reservation', { number: request.reservationId });
      case 'sendLocalList':
        return listed([
          t(`control.localList.${request.update}`, { version: request.listVersion }),
          t('control.localList.tags', { n: request.length ?? 0 }, request.length ?? 0),
        ]);
      case 'setChargingProfile':
        return listed([
          outlet(request.connectorId),
          t(`control.profile.purpose.${request.profile.purpose}`),
          limits(request.profile),
        ]);
      case 'clearChargingProfile':
        return (
          listed([
            request.profileId === undefined ? '' : t('control.profile.number', { number: request.profileId }),
            request.connectorId === undefined ? '' : outlet(request.connectorId),
            request.purpose === undefined ? '' : t(`control.profile.purpose.${request.purpose}`),
            request.stackLevel === undefined ? '' : t('control.profile.level', { level: request.stackLevel }),
          ]) || t('control.profile.all')
        );
      case 'getCompositeSchedule':
        return listed([
          outlet(request.connectorId),
          t('control.hours', { n: numberText(request.durationS / 3600, locale.value) }),
        ]);
      case 'updateFirmware':
        return listed([fileOf(request.location), moment(request.retrieveAt, zone)]);
      case 'getDiagnostics':
        return listed([
          request.from === undefined ? '' : moment(request.from, zone),
          request.until === undefined ? '' : t('control.untilTime', { time: moment(request.until, zone) }),
        ]);
      case 'dataTransfer':
        return listed([request.vendorId, request.messageId ?? '']);
      default:
        return '';
    }
  }

  /** What the station's word means for this command; empty when the word says it all. */
  function meaning(command: Command, zone: string): string {
    const { state, answer, request, detail, waitUntil } = command;
    const waitsUntil = waitUntil === null ? '' : moment(waitUntil, zone);
    if (state === 'waiting') return t('control.meaning.waiting', { time: waitsUntil });
    if (state === 'expired' || state === 'withdrawn') return t(`control.meaning.${state}`, { time: waitsUntil });
    if (state === 'queued' || state === 'sent' || state === 'timedOut') return t(`control.meaning.${state}`);
    const reason = reasonOf(state, detail);
    if (reason) {
      const own = `control.meaning.reason.${reason.code}`;
      return t(te(own) ? own : `errors.${reason.code}`, { ...reason.facts });
    }
    if (request.kind === 'getLocalListVersion' && state === 'accepted') return listMeaning(Number(answer));
    const data = request.kind === 'dataTransfer' ? told(detail, 'data') : null;
    // A kind that the answer ends stays *accepted*; one that waits for a deed says what for.
    const words = [`step.${lastStep(command)}`, `${request.kind}.${answer}`, `word.${answer}`, `${request.kind}.${state}`];
    // What is done is done: the word of a promise, such as *Scheduled*, has had its time.
    if (state === 'done') words.unshift(`${request.kind}.done`);
    for (const key of words) {
      if (te(`control.meaning.${key}`)) return listed([t(`control.meaning.${key}`), data ?? '']);
    }
    return data ?? '';
  }

  /** OCPP 1.6 §5.10: 0 is an empty list, -1 none at all. */
  function listMeaning(version: number): string {
    if (version < 0) return t('control.meaning.noList');
    return version === 0 ? t('control.meaning.emptyList') : t('control.meaning.listVersion', { version });
  }

  return { outlet, limits, subject, meaning, name: (kind: RequestKind): string => t(`control.command.${kind}`) };
}

const listed = (parts: readonly string[]): string => parts.filter(Boolean).join(' · ');

/** The last part of a URL: passwords before it are nobody's business. */
const fileOf = (location: string): string => location.split('/').at(-1) || location.split('/')[2]?.split('@').at(-1) || '';
