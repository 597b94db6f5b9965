import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { StationRequest } from '../../../shared/model/command.ts';
import type { Central } from '../../domain/central.ts';
import { DomainError } from '../../domain/error.ts';
import { callBackOf, mayCall } from '../../domain/station/call-back.ts';
import { heard } from '../../domain/station/heard.ts';
import type { Station, StationAnswer } from '../../domain/station/station.ts';
import type { Outgoing } from '../action.ts';
import { type Prepared, readAnswer } from '../dispatch.ts';
import { CallError } from '../errors.ts';
import type { Flaw } from '../repair.ts';
import { BodyRefused, readBody } from './body.ts';
import { ANONYMOUS, contentType, PREFIX, readEnvelope, readFault, writeEnvelope } from './envelope.ts';
import { readPayload, writePayload } from './payload.ts';
import { type SoapCall, traceSoapAnswer, traceSoapCall } from './trace-exchange.ts';
import { elementOf, type SoapOcpp } from './versions.ts';

export type CallLine = Readonly<{ version: SoapOcpp; ownAddress: string | null; signal: AbortSignal }>;

/** Only a call that never reached the station is made again: what reached it may have been done. */
const TRIES = 2;
const unreached = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);

type Reply = Readonly<{ status: number; body: Buffer }>;
/** Who is called: the address that was looked at is the one that is connected to, whatever its name means a moment later. */
type Target = Readonly<{ url: URL; address: string; family: 4 | 6 }>;

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
    const target = await allowedTarget(central, station, url);
    if (!target) return { outcome: 'failed', answer: 'AddressRefused', detail: { address: url.host } };
    onSent();
    const facts = { messageId, action: prepared.name, payload, text: message };
    call = traceSoapCall(central, station, line.version.protocol, facts);
    reply = await send(target, prepared.name, message, signal);
  } catch (error) {
    if (line.signal.aborted) return { outcome: 'failed', answer: 'ConnectionLost' };
    if (signal.aborted) return { outcome: 'timedOut' };
    return { outcome: 'failed', answer: 'NotReached', detail: { description: codeOf(error) } };
  }
  return readReply(central, station, prepared, reply, { ...call, protocol: line.version.protocol });
}

async function allowedTarget(central: Central, station: Station, url: URL): Promise<Target | null> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const literal = isIP(host);
  const found = literal === 0 ? await lookup(host, { all: true }) : [{ address: host, family: literal }];
  const allowed = found.find(({ address }) => mayCall(central, station, address));
  if (!allowed) {
    station.log.warn({ host: url.host }, 'station not called: its address is outside the networks that may be called');
    return null;
  }
  return { url, address: allowed.address, family: allowed.family === 6 ? 6 : 4 };
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

async function send(target: Target, name: string, message: string, signal: AbortSignal): Promise<Reply> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await post(target, name, message, signal);
    } catch (error) {
      if (attempt >= TRIES || signal.aborted || !unreached.has(codeOf(error))) throw error;
    }
  }
}

/** One HTTP exchange on a connection of its own. Redirects are not followed: they would lead anywhere. */
function post({ url, address, family }: Target, name: string, message: string, signal: AbortSignal): Promise<Reply> {
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
    const answered = (response: IncomingMessage) => {
      readBody(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, body }),
        (error: Error) => {
          response.destroy();
          reject(error);
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
    exchange.on('error', reject);
    exchange.end(bytes);
  });
}

type CallOut = SoapCall & Readonly<{ protocol: SoapOcpp['protocol'] }>;

/** The body counts, whatever the HTTP status is: many stacks write 500, and proxies put pages in between (FACTS §4.4, §10). */
function readReply(central: Central, station: Station, prepared: Prepared<Outgoing>, reply: Reply, call: CallOut): StationAnswer {
  const { status, body } = reply;
  const told = { body, isFault: false, code: '', flaws: [] as readonly Flaw[], reading: undefined as unknown };
  try {
    const envelope = readEnvelope(body);
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
    told.code = error.code;
    return { outcome: 'failed', answer: error.code, detail: { description: error.message, status } };
  } finally {
    traceSoapAnswer(central, station, call.protocol, call, told);
  }
}

function codeOf(error: unknown): string {
  if (error instanceof BodyRefused) return error.message;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
