import type { Central } from '../../domain/central.ts';
import { secretsOf } from '../../domain/secrets/echo.ts';
import type { Station } from '../../domain/station/station.ts';
import type { Flaw } from '../repair.ts';
import { type About, aboutOf, traceMessage } from '../trace.ts';
import type { SoapOcpp } from './versions.ts';

/** What the trace wants to know of an exchange that a station began; filled in as far as it is understood. */
export type SoapExchange = {
  readonly at: number;
  body: Buffer | null;
  station: Station | null;
  protocol: SoapOcpp['protocol'];
  messageId: string;
  action: string;
  payload: unknown;
  confirmation: unknown;
  flaws: readonly Flaw[];
};

export const newExchange = (central: Central, { protocol }: SoapOcpp): SoapExchange => ({
  at: central.clock.now(),
  body: null,
  station: null,
  protocol,
  messageId: '',
  action: '',
  payload: undefined,
  confirmation: undefined,
  flaws: [],
});

/** Puts both messages of an exchange into the trace. What nobody known sent belongs to no station, and is left out. */
export function traceExchange(central: Central, exchange: SoapExchange, answer: string, code: string): void {
  const { station, protocol, messageId, action, body, payload, flaws, at } = exchange;
  if (!station || !body) return;
  const about = aboutOf(payload);
  const verdict = code !== '' ? 'refused' : flaws.length > 0 ? 'repaired' : 'ok';
  const text = body.toString();
  const facts = { messageId, action, code } as const;
  const id = traceMessage(central, station, protocol, {
    ...{ ...facts, at, direction: 'in', kind: action === '' ? 'other' : 'call', text, size: body.length, about, verdict, flaws },
    // XML says it in its own way; this is what the domain was told.
    reading: payload,
  });
  traceMessage(central, station, protocol, {
    ...{ ...facts, at: central.clock.now(), direction: 'out', text: answer, size: Buffer.byteLength(answer) },
    kind: code === '' ? 'result' : 'error',
    verdict: code === '' ? 'ok' : 'refused',
    about: aboutOf(exchange.confirmation, about),
    request: { id, at },
  });
}

/** A call of ours that left: what its answer has to know. */
export type SoapCall = Readonly<{
  id: number;
  at: number;
  action: string;
  about: About;
  messageId: string;
  secrets: readonly string[];
}>;

export function traceSoapCall(
  central: Central,
  station: Station,
  protocol: SoapOcpp['protocol'],
  call: Readonly<{ messageId: string; action: string; payload: object; text: string }>,
): SoapCall {
  const { messageId, action, payload, text } = call;
  const at = central.clock.now();
  const about = aboutOf(payload);
  const message = { at, messageId, action, text, size: Buffer.byteLength(text), about } as const;
  const id = traceMessage(central, station, protocol, { ...message, direction: 'out', kind: 'call', verdict: 'ok' });
  return { id, at, action, about, messageId, secrets: secretsOf(payload) };
}

/** The station's answer to it; `code` says why it was of no use. */
export function traceSoapAnswer(
  central: Central,
  station: Station,
  protocol: SoapOcpp['protocol'],
  call: SoapCall,
  answer: Readonly<{ body: Buffer; isFault: boolean; code: string; flaws: readonly Flaw[]; reading: unknown }>,
): void {
  const { body, isFault, code, flaws, reading } = answer;
  traceMessage(central, station, protocol, {
    at: central.clock.now(),
    direction: 'in',
    kind: isFault ? 'error' : 'result',
    messageId: call.messageId,
    action: call.action,
    text: body.toString(),
    size: body.length,
    about: call.about,
    verdict: code !== '' ? 'refused' : flaws.length > 0 ? 'repaired' : 'ok',
    code,
    // Where it stood, not what: a configuration key may be a secret.
    flaws: flaws.map(({ kind, found }) => ({ kind, found: found.split(' = ', 1)[0] ?? '' })),
    reading,
    request: call,
    secrets: call.secrets,
  });
}
