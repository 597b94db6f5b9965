import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { StationRequest } from '../../../shared/model/command.ts';
import type { Central } from '../../domain/central.ts';
import { DomainError } from '../../domain/error.ts';
import { callBackOf, hostOf, mayCall } from '../../domain/station/call-back.ts';
import { noteDeviation } from '../../domain/station/deviation.ts';
import { heard } from '../../domain/station/heard.ts';
import type { Station, StationAnswer } from '../../domain/station/station.ts';
import type { Outgoing } from '../action.ts';
import { type Prepared, readAnswer } from '../dispatch.ts';
import { CallError } from '../errors.ts';
import type { Flaw } from '../repair.ts';
import { BodyRefused, BROKEN_OFF, readBody } from './body.ts';
import { ANONYMOUS, contentType, PREFIX, readEnvelope, readFault, writeEnvelope } from './envelope.ts';
import { readPayload, writePayload } from './payload.ts';
import { type SoapCall, traceSoapAnswer, traceSoapCall } from './trace-exchange.ts';
import { elementOf, type SoapOcpp } from './versions.ts';

export type CallLine = Readonly<{ version: SoapOcpp; ownAddress: string | null; signal: AbortSignal }>;

/**
 * Only a call that never reached the station is made again: what reached it may have been done. Its other addresses are tried at once,
 * the same one after a moment, as small servers take one connection at a time.
 */
const TRIES = 2;
const AGAIN_MS = 1000;
const unreached = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);

type Reply = Readonly<{ status: number; body: Buffer }>;
/** Who is called: the address that was looked at is the one that is connected to, whatever its name means a moment later. */
type Address = Readonly<{ address: string; family: 4 | 6 }>;

/** Why there was no answer to a call: before the station was reached, or after. */
class Unanswered extends Error {
  readonly answer: 'NotReached' | 'ConnectionLost' | 'OtherAnswer';
  readonly code: string;

  constructor(error: Error, isConnected: boolean) {
    super(error.message, { cause: error });
    this.code = error instanceof BodyRefused ? error.message : codeOf(error);
    const isAnswer = (error instanceof BodyRefused && error.message !== BROKEN_OFF) || this.code.startsWith('HPE_');
    this.answer = !isConnected ? 'NotReached' : isAnswer ? 'OtherAnswer' : 'ConnectionLost';
  }
}

/** Sends a request to a station and makes of whatever comes back an answer. Rejects only when it could not be sent at all. */
export async function callStation(
  central: Central,
  station: Station,
  line: CallLine,
  request: StationRequest,
  onSent: () => void,
): Promise<StationAnswer> {
  const prepared = line.version.dispatcher.outgoing.get(request.kind);
  if (!prepared) throw new DomainError('notSupportedByStation');
  const url = callBackOf(station);
  if (!url) throw new DomainError('stationNotCallable');
  // The request is of this action's kind, by which the action was looked up; and messages are objects.
  const payload = prepared.action.toWire(request as never) as object;
  const signal = AbortSignal.any([line.signal, AbortSignal.timeout(central.settings.callTimeoutMs)]);
  const messageId = `urn:uuid:${randomUUID()}`;
  const message = writeCall(
    station,
    line,
    prepared,
    payload,
    messageId,
    station.callBack.override ?? station.callBack.seen ?? url.href,
  );
  let reply: Reply;
  let call: SoapCall;
  try {
    const addresses = await allowedAddresses(central, station, url);
    if (addresses.length === 0) return { outcome: 'failed', answer: 'AddressRefused', detail: { address: url.host } };
    onSent();
    const facts = { messageId, action: prepared.name, payload, text: message };
    call = traceSoapCall(central, station, line.version.protocol, facts);
    reply = await send(url, addresses, prepared.name, message, signal);
  } catch (error) {
    if (line.signal.aborted) return { outcome: 'failed', answer: 'ConnectionLost' };
    if (signal.aborted) return { outcome: 'timedOut' };
    const { answer, code } = error instanceof Unanswered ? error : { answer: 'NotReached', code: codeOf(error) };
    return { outcome: 'failed', answer, detail: { description: code } };
  }
  return readReply(central, station, prepared, reply, { ...call, protocol: line.version.protocol });
}

/** Those of its addresses at which it may be called. */
async function allowedAddresses(central: Central, station: Station, url: URL): Promise<readonly Address[]> {
  const host = hostOf(url);
  const literal = isIP(host);
  const found = literal === 0 ? await lookup(host, { all: true }) : [{ address: host, family: literal }];
  const allowed = found.filter(({ address }) => mayCall(central, station, address));
  if (allowed.length === 0)
    station.log.warn({ host: url.host }, 'station not called: its address is outside the networks that may be called');
  return allowed.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

function writeCall(
  station: Station,
  { version, ownAddress }: CallLine,
  { name, action }: Prepared<Outgoing>,
  payload: object,
  messageId: string,
  to: string,
) {
  const headers = {
    chargeBoxId: station.chargeBoxId,
    action: `/${name}`,
    messageId,
    from: ownAddress ?? ANONYMOUS,
    replyTo: ANONYMOUS,
    to,
  };
  const content = writePayload(action.request, payload, PREFIX);
  return writeEnvelope('1.2', version.station, headers, elementOf(name, 'Request'), content);
}

async function send(url: URL, addresses: readonly Address[], name: string, message: string, signal: AbortSignal): Promise<Reply> {
  for (let attempt = 0; ; attempt++) {
    try {
      // There is one at least.
      return await post(url, addresses[attempt % addresses.length] as Address, name, message, signal);
    } catch (error) {
      if (attempt + 1 >= TRIES || signal.aborted || !(error instanceof Unanswered) || !unreached.has(error.code)) throw error;
      if (addresses.length === 1) await delay(AGAIN_MS, undefined, { signal });
    }
  }
}

/** One HTTP exchange on a connection of its own. Redirects are not followed: they would lead anywhere. Rejects with `Unanswered`. */
function post(url: URL, { address, family }: Address, name: string, message: string, signal: AbortSignal): Promise<Reply> {
  const bytes = Buffer.from(message);
  const options: RequestOptions = {
    method: 'POST',
    host: address,
    family,
    agent: false,
    signal,
    headers: {
      host: url.host,
      'content-type': `${contentType['1.2']}; action="/${name}"`,
      'content-length': bytes.length,
      'accept-encoding': 'gzip, deflate',
      connection: 'close',
    },
    path: `${url.pathname}${url.search}`,
    ...(url.port !== '' && { port: url.port }),
  };
  return new Promise((resolve, reject) => {
    let isConnected = false;
    const fail = (error: Error) => reject(new Unanswered(error, isConnected));
    const answered = (response: IncomingMessage) => {
      readBody(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, body }),
        (error: Error) => {
          response.destroy();
          fail(error);
        },
      );
    };
    const isSecure = url.protocol === 'https:';
    // Stations sign their own certificates, which nobody could check; the allowed networks are what protects these calls.
    const exchange = isSecure
      ? httpsRequest(
          { ...options, rejectUnauthorized: false, ...(isIP(url.hostname) === 0 && { servername: url.hostname }) },
          answered,
        )
      : httpRequest(options, answered);
    exchange.on('socket', (socket) =>
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        isConnected = true;
      }),
    );
    exchange.on('error', fail);
    exchange.end(bytes);
  });
}

type CallOut = SoapCall & Readonly<{ protocol: SoapOcpp['protocol'] }>;

/** The body counts, whatever the HTTP status is: many stacks write 500, and proxies put pages in between (FACTS §4.4, §10). */
function readReply(central: Central, station: Station, prepared: Prepared<Outgoing>, reply: Reply, call: CallOut): StationAnswer {
  const { status, body } = reply;
  const told = { body, isFault: false, code: '', flaws: [] as readonly Flaw[], reading: undefined as unknown };
  let isMessage = false;
  try {
    const envelope = readEnvelope(body);
    isMessage = true;
    if (envelope.isMended) noteDeviation(central, station, { kind: 'soapXml', action: `${prepared.name}.conf`, example: '' });
    const fault = readFault(envelope.body);
    heard(central, station);
    if (fault) {
      told.isFault = true;
      told.code = fault.subcode || 'Fault';
      return { outcome: 'failed', answer: told.code, detail: { description: fault.reason } };
    }
    if (envelope.body.name.toLowerCase() !== elementOf(prepared.name, 'Response').toLowerCase()) {
      told.code = 'OtherAnswer';
      return { outcome: 'failed', answer: told.code, detail: { description: envelope.body.name.slice(0, 100) } };
    }
    told.reading = readPayload(prepared.action.confirmation, envelope.body);
    const payload = readAnswer(central, station, prepared, told.reading, (value, flaws) => {
      told.reading = value;
      told.flaws = flaws;
    });
    // The action's own schema has just accepted the answer.
    return prepared.action.fromWire(payload as never);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    // A page of a proxy, or nothing at all, is no wrong answer but none.
    told.code = isMessage ? error.code : 'OtherAnswer';
    return { outcome: 'failed', answer: told.code, detail: { description: error.message, status } };
  } finally {
    traceSoapAnswer(central, station, call.protocol, call, told);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
