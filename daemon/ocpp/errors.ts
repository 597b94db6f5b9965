import type { ErrorCode } from '../../shared/errors.ts';

/** Error codes of OCPP-J 1.6 §4.2.3, in its own spelling (`Occurence…` has one r there). */
const callErrorCodes = [
  'NotImplemented',
  'NotSupported',
  'InternalError',
  'ProtocolError',
  'SecurityError',
  'FormationViolation',
  'PropertyConstraintViolation',
  'OccurenceConstraintViolation',
  'TypeConstraintViolation',
  'GenericError',
] as const;
export type CallErrorCode = (typeof callErrorCodes)[number];

/** Later spellings that stations use as well (OCPP 2.0.1). */
const otherSpellings: ReadonlyMap<string, CallErrorCode> = new Map([
  ['OccurrenceConstraintViolation', 'OccurenceConstraintViolation'],
  ['FormatViolation', 'FormationViolation'],
]);

/** A message that gets no answer of its own kind: CALLERROR in JSON, a fault in SOAP. The description names the field, never a secret. */
export class CallError extends Error {
  readonly code: CallErrorCode;

  constructor(code: CallErrorCode, description: string) {
    super(description);
    this.name = 'CallError';
    this.code = code;
  }
}

/** The code that a station wrote, in the spelling of 1.6; what is not one counts as `GenericError` (OCPP-J §4.2.3). */
export function readErrorCode(text: unknown): CallErrorCode {
  if (typeof text !== 'string') return 'GenericError';
  return callErrorCodes.find((code) => code === text) ?? otherSpellings.get(text) ?? 'GenericError';
}

/** How a refusal of the domain looks to a station. Most of them answer people, not stations: one that slips through is our defect. */
export const callErrorOf = {
  inputInvalid: 'PropertyConstraintViolation',
  procedureUnknown: 'InternalError',
  notSignedIn: 'InternalError',
  signInRefused: 'InternalError',
  signInLocked: 'InternalError',
  passwordMustChange: 'InternalError',
  passwordTooWeak: 'InternalError',
  passwordWrong: 'InternalError',
  rightMissing: 'SecurityError',
  originRefused: 'SecurityError',
  nodeUnknown: 'InternalError',
  nodeRemoved: 'SecurityError',
  nodeHasChildren: 'InternalError',
  nodeKindRefused: 'InternalError',
  nameTaken: 'InternalError',
  chargeBoxIdTaken: 'InternalError',
  chargeBoxIdInvalid: 'InternalError',
  connectorTaken: 'InternalError',
  emailTaken: 'InternalError',
  tagTaken: 'InternalError',
  accountUnknown: 'InternalError',
  lastAdministrator: 'InternalError',
  tagUnknown: 'InternalError',
  tokenUnknown: 'InternalError',
  sessionUnknown: 'InternalError',
  sessionNotOpen: 'InternalError',
  commandUnknown: 'InternalError',
  commandCannotWait: 'InternalError',
  commandNotWaiting: 'InternalError',
  stationLimit: 'InternalError',
  keyReadOnly: 'InternalError',
  keyDangerous: 'InternalError',
  valueUnfit: 'InternalError',
  changedMeanwhile: 'InternalError',
  stationOffline: 'InternalError',
  stationNotCallable: 'InternalError',
  stationNotAccepted: 'SecurityError',
  notSupportedByStation: 'NotSupported',
  stationBusy: 'InternalError',
  tooManyRequests: 'InternalError',
  rowTooOld: 'InternalError',
  firmwareUnknown: 'InternalError',
  firmwareInUse: 'InternalError',
  firmwareMismatch: 'InternalError',
  transferUnknown: 'InternalError',
  transferRefused: 'InternalError',
  fileUnknown: 'InternalError',
  fileNameRefused: 'InternalError',
  fileTooLarge: 'InternalError',
  fileIncomplete: 'InternalError',
  fileNotText: 'InternalError',
  stationQuotaFull: 'InternalError',
  diskFull: 'InternalError',
  offsetBeyondEnd: 'InternalError',
  protocolNotSupported: 'InternalError',
  fileServerRefused: 'InternalError',
  internal: 'InternalError',
} satisfies Record<ErrorCode, CallErrorCode>;
