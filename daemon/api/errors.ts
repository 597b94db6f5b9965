import { TRPCError } from '@trpc/server';
import type { ApiError, ErrorCode } from '../../shared/errors.ts';
import { DomainError } from '../domain/error.ts';

type TrpcCode = TRPCError['code'];

/** How each refusal looks to API clients; people read `errors.<code>` in their language. */
export const apiCode = {
  inputInvalid: 'BAD_REQUEST',
  procedureUnknown: 'NOT_FOUND',
  notSignedIn: 'UNAUTHORIZED',
  signInRefused: 'UNAUTHORIZED',
  signInLocked: 'TOO_MANY_REQUESTS',
  passwordMustChange: 'FORBIDDEN',
  passwordTooWeak: 'BAD_REQUEST',
  passwordWrong: 'FORBIDDEN',
  rightMissing: 'FORBIDDEN',
  originRefused: 'FORBIDDEN',
  nodeUnknown: 'NOT_FOUND',
  nodeRemoved: 'NOT_FOUND',
  nodeHasChildren: 'CONFLICT',
  nodeKindRefused: 'BAD_REQUEST',
  nameTaken: 'CONFLICT',
  chargeBoxIdTaken: 'CONFLICT',
  chargeBoxIdInvalid: 'BAD_REQUEST',
  connectorTaken: 'CONFLICT',
  emailTaken: 'CONFLICT',
  tagTaken: 'CONFLICT',
  accountUnknown: 'NOT_FOUND',
  lastAdministrator: 'CONFLICT',
  tagUnknown: 'NOT_FOUND',
  tokenUnknown: 'NOT_FOUND',
  sessionUnknown: 'NOT_FOUND',
  sessionNotOpen: 'CONFLICT',
  commandUnknown: 'NOT_FOUND',
  commandCannotWait: 'BAD_REQUEST',
  commandNotWaiting: 'CONFLICT',
  stationLimit: 'PRECONDITION_FAILED',
  keyReadOnly: 'BAD_REQUEST',
  keyDangerous: 'PRECONDITION_FAILED',
  valueUnfit: 'BAD_REQUEST',
  changedMeanwhile: 'CONFLICT',
  stationOffline: 'PRECONDITION_FAILED',
  stationNotCallable: 'PRECONDITION_FAILED',
  stationNotAccepted: 'PRECONDITION_FAILED',
  notSupportedByStation: 'PRECONDITION_FAILED',
  stationBusy: 'TOO_MANY_REQUESTS',
  tooManyRequests: 'TOO_MANY_REQUESTS',
  rowTooOld: 'CONFLICT',
  firmwareUnknown: 'NOT_FOUND',
  firmwareInUse: 'CONFLICT',
  firmwareMismatch: 'PRECONDITION_FAILED',
  transferUnknown: 'NOT_FOUND',
  transferRefused: 'FORBIDDEN',
  fileUnknown: 'NOT_FOUND',
  fileNameRefused: 'BAD_REQUEST',
  fileTooLarge: 'PAYLOAD_TOO_LARGE',
  fileIncomplete: 'BAD_REQUEST',
  fileNotText: 'PRECONDITION_FAILED',
  stationQuotaFull: 'PAYLOAD_TOO_LARGE',
  diskFull: 'INTERNAL_SERVER_ERROR',
  offsetBeyondEnd: 'BAD_REQUEST',
  protocolNotSupported: 'PRECONDITION_FAILED',
  fileServerRefused: 'PRECONDITION_FAILED',
  internal: 'INTERNAL_SERVER_ERROR',
} satisfies Record<ErrorCode, TrpcCode>;

/** A refusal as tRPC carries it. The message is the code: clients that know no texts print that. */
export const asTrpcError = (refusal: DomainError): TRPCError =>
  new TRPCError({ code: apiCode[refusal.code], message: refusal.code, cause: refusal });

/**
 * What clients are told of any error. A defect of ours shows nothing of itself; `reference` finds it in the log.
 * tRPC's own errors (no such procedure, unreadable message) get our words too.
 */
export function apiError(error: TRPCError, path: string | undefined): ApiError {
  if (error.cause instanceof DomainError) {
    const { code, facts, fields } = error.cause;
    return Object.keys(fields).length > 0 ? { code, facts, fields } : { code, facts };
  }
  if (error.code === 'NOT_FOUND' || error.code === 'METHOD_NOT_SUPPORTED') {
    return { code: 'procedureUnknown', facts: { procedure: path ?? '' } };
  }
  if (error.code === 'INTERNAL_SERVER_ERROR') return { code: 'internal', facts: {} };
  return { code: 'inputInvalid', facts: { reason: error.code } };
}
