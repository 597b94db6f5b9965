import { CallError, type CallErrorCode } from '../errors.ts';
import type { Fault } from './envelope.ts';

/** How each refusal looks in SOAP (FACTS §4.4). */
const faultOf = {
  NotImplemented: { code: 'Receiver', subcode: 'NotSupported' },
  NotSupported: { code: 'Receiver', subcode: 'NotSupported' },
  InternalError: { code: 'Receiver', subcode: 'InternalError' },
  GenericError: { code: 'Receiver', subcode: 'InternalError' },
  SecurityError: { code: 'Sender', subcode: 'SecurityError' },
  ProtocolError: { code: 'Sender', subcode: 'ProtocolError' },
  FormationViolation: { code: 'Sender', subcode: 'ProtocolError' },
  PropertyConstraintViolation: { code: 'Sender', subcode: 'ProtocolError' },
  OccurenceConstraintViolation: { code: 'Sender', subcode: 'ProtocolError' },
  TypeConstraintViolation: { code: 'Sender', subcode: 'ProtocolError' },
} as const satisfies Record<CallErrorCode, Omit<Fault, 'reason'>>;

/** A message that is answered with a fault, and with which HTTP status. */
export class SoapFault extends Error {
  readonly fault: Fault;
  readonly status: number;

  constructor(fault: Fault, status = fault.code === 'Sender' ? 400 : 500) {
    super(`${fault.subcode}: ${fault.reason}`);
    this.name = 'SoapFault';
    this.fault = fault;
    this.status = status;
  }
}

/** Any error as a fault; of a defect of ours nothing is told. */
export function asFault(error: unknown): SoapFault {
  if (error instanceof SoapFault) return error;
  const { code, message } = error instanceof CallError ? error : new CallError('InternalError', '');
  return new SoapFault({ ...faultOf[code], reason: message });
}
