import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DeviationKind } from '../../../shared/model/deviation.ts';
import type { Central } from '../../domain/central.ts';
import { type Admission, admit, type Refusal } from '../../domain/station/admit.ts';
import { callBackOf, callBackUrl, noteCallBack } from '../../domain/station/call-back.ts';
import { connected } from '../../domain/station/connect.ts';
import { noteDeviation } from '../../domain/station/deviation.ts';
import { mayTell } from '../../domain/station/gate.ts';
import { isSilent } from '../../domain/station/silence.ts';
import type { Station } from '../../domain/station/station.ts';
import { dispatch, type Mended } from '../dispatch.ts';
import { CallError } from '../errors.ts';
import { basicCredentials } from '../json/knock.ts';
import { Arrivals } from './arrivals.ts';
import { BodyRefused, packBody } from './body.ts';
import {
  claimedIdentity,
  contentType,
  type Envelope,
  PREFIX,
  readEnvelope,
  type SoapVersion,
  writeEnvelope,
  writeFault,
} from './envelope.ts';
import { asFault, SoapFault } from './faults.ts';
import { type SoapHub, SoapLink } from './link.ts';
import { readPayload, writePayload } from './payload.ts';
import { newExchange, type SoapExchange, traceExchange } from './trace-exchange.ts';
import { elementOf, ocpp15, ocpp16, type SoapOcpp, serviceAt, versionOf } from './versions.ts';
import { describeService } from './wsdl.ts';

/** Messages that are being answered at a time, of one station and of all; more are told to come again. */
const MOST_OF_STATION = 16;
const MOST_OF_ALL = 500;

/** How long the rest of a body that was refused may still come. */
const LINGER_MS = 500;

/** Who is refused at the door: the same words for all that is wrong with an identity (SECURITY A1). */
const refusals = {
  unknown: new SoapFault({ code: 'Sender', subcode: 'IdentityMismatch', reason: 'chargeBoxIdentity: not known here' }),
  credentials: new SoapFault({ code: 'Sender', subcode: 'SecurityError', reason: 'password' }, 401),
  profile: new SoapFault({ code: 'Sender', subcode: 'SecurityError', reason: 'not over this kind of connection' }, 403),
  transport: new SoapFault({ code: 'Sender', subcode: 'SecurityError', reason: 'not over this kind of connection' }, 403),
  network: new SoapFault({ code: 'Sender', subcode: 'SecurityError', reason: 'not from this network' }, 403),
  tooMany: new SoapFault({ code: 'Sender', subcode: 'SecurityError', reason: 'too many attempts' }, 429),
} satisfies Record<Refusal, SoapFault>;

/** These are told where they are made. */
const toldAtTheDoor: ReadonlySet<SoapFault> = new Set(Object.values(refusals));

const busy = () => new SoapFault({ code: 'Receiver', subcode: 'InternalError', reason: 'busy' }, 503);

/** SOAP for stations, on the listeners that stations have already. */
export class SoapServer {
  readonly #hub: SoapHub;
  readonly #inHand = new Map<Station, number>();
  readonly #greeted = new WeakMap<Station, Promise<SoapLink>>();
  readonly #arrivals = new Arrivals();
  #open = 0;
  #allInHand = 0;
  #isClosing = false;
  #drained: (() => void) | null = null;

  constructor(central: Central) {
    this.#hub = { central, open: new Set() };
  }

  /** Stations that were online when the daemon stopped, and still would be, are so again. */
  async resume(): Promise<void> {
    const { central } = this.#hub;
    for (const station of central.stations.all()) {
      const version = [ocpp15, ocpp16].find(({ protocol }) => protocol === station.protocol);
      if (!version || !station.booted || station.address === null || callBackOf(station) === null || isSilent(central, station))
        continue;
      const seenAt = station.lastSeenAt;
      const link = new SoapLink(this.#hub, station, { version, secure: false, address: station.address, ownAddress: null });
      await connected(central, station, link, true);
      // It was not heard now, but then.
      station.lastSeenAt = seenAt;
    }
  }

  tick(): void {
    for (const link of this.#hub.open) link.tick();
  }

  /** Answers a request if it is for one of the two services; false: it is not. */
  serve(request: IncomingMessage, response: ServerResponse, secure: boolean): boolean {
    const version = serviceAt(request.url ?? '');
    if (!version) return false;
    if (request.method === 'POST') void this.#exchange(version, request, response, secure);
    else this.#describe(version, request, response, secure);
    return true;
  }

  /** Answers what is in hand, and ends all lines. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#open > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    for (const link of [...this.#hub.open]) link.close();
  }

  #describe(version: SoapOcpp, request: IncomingMessage, response: ServerResponse, secure: boolean): void {
    const isAsked = request.method === 'GET' && /[?&]wsdl(?:[=&]|$)/i.test(request.url ?? '');
    if (!isAsked) {
      const text = `${version.protocol.slice(0, -1)} stations post SOAP here; ?wsdl describes the service.\n`;
      response.writeHead(request.method === 'GET' ? 200 : 405, {
        'content-type': 'text/plain; charset=utf-8',
        allow: 'GET, POST',
      });
      response.end(text);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/xml; charset=utf-8' });
    response.end(describeService(version, ownAddress(version, request, secure) ?? `/Ocpp/${version.service}`));
  }

  async #exchange(version: SoapOcpp, request: IncomingMessage, response: ServerResponse, secure: boolean): Promise<void> {
    this.#open += 1;
    let soap: SoapVersion = /text\/xml/i.test(request.headers['content-type'] ?? '') ? '1.1' : '1.2';
    let relatesTo: string | null = null;
    let answer: string;
    let status = 200;
    let code = '';
    const exchange = newExchange(this.#hub.central, version);
    try {
      if (this.#isClosing) throw busy();
      exchange.body = await this.#arrivals.read(request, remoteAddress(request));
      const envelope = await this.#understood(version, exchange, request, secure);
      soap = envelope.soap;
      relatesTo = envelope.messageId;
      exchange.messageId = envelope.messageId ?? '';
      answer = await this.#inTurn(() => this.#answer(version, envelope, request, secure, exchange));
    } catch (error) {
      const refused =
        error instanceof BodyRefused
          ? new SoapFault({ code: 'Sender', subcode: 'ProtocolError', reason: `body: ${error.message}` }, error.status)
          : asFault(error);
      if (refused.status === 500 && !(error instanceof CallError))
        this.#hub.central.log.error({ err: error }, 'SOAP message not handled');
      if (exchange.station === null && !toldAtTheDoor.has(refused)) this.#tellRefused(request, refused);
      status = refused.status;
      code = refused.fault.subcode;
      answer = writeFault(soap, version.central, refused.fault, relatesTo);
    }
    traceExchange(this.#hub.central, exchange, answer, code);
    await reply(request, response, soap, status, answer).catch(() => response.destroy());
    this.#open -= 1;
    if (this.#open === 0) this.#drained?.();
  }

  async #inTurn(answer: () => Promise<string>): Promise<string> {
    if (this.#allInHand >= MOST_OF_ALL) throw busy();
    this.#allInHand += 1;
    try {
      return await answer();
    } finally {
      this.#allInHand -= 1;
    }
  }

  /** The message, if it can be read at all. If not, and it shows whose it is, people see it with that station. */
  async #understood(version: SoapOcpp, exchange: SoapExchange, request: IncomingMessage, secure: boolean): Promise<Envelope> {
    const body = exchange.body ?? Buffer.alloc(0);
    try {
      return readEnvelope(body);
    } catch (error) {
      const chargeBoxId = claimedIdentity(body);
      if (!(error instanceof CallError) || chargeBoxId === null) throw error;
      const admission = await this.#admit(chargeBoxId, version, request, secure);
      if ('station' in admission) {
        exchange.station = admission.station;
        admission.station.log.warn({ why: error.message }, 'message of a station cannot be read');
        this.#note(admission.station, 'unreadable', '', error.message);
      }
      throw error;
    }
  }

  #admit(chargeBoxId: string, { protocol }: SoapOcpp, request: IncomingMessage, secure: boolean): Promise<Admission> {
    const credentials = basicCredentials(request.headers.authorization);
    return admit(this.#hub.central, {
      chargeBoxId,
      user: credentials?.user ?? null,
      password: credentials?.password ?? null,
      secure,
      address: remoteAddress(request),
      protocol,
    });
  }

  /** Nobody could see why a station that cannot be told from others is refused; a flood is told once. */
  #tellRefused(request: IncomingMessage, { fault, status }: SoapFault): void {
    const { central } = this.#hub;
    const address = remoteAddress(request);
    if (!mayTell(central.gate, `soap ${address} ${fault.reason}`, central.clock.now())) return;
    central.log.info({ address, status, why: fault.reason }, 'SOAP message refused');
  }

  async #answer(
    service: SoapOcpp,
    envelope: Envelope,
    request: IncomingMessage,
    secure: boolean,
    exchange: SoapExchange,
  ): Promise<string> {
    const { central } = this.#hub;
    if (envelope.chargeBoxId === null) throw new CallError('OccurenceConstraintViolation', 'chargeBoxIdentity: missing');
    const version = versionOf(envelope.body.namespace) ?? service;
    const address = remoteAddress(request);
    const admission = await this.#admit(envelope.chargeBoxId, version, request, secure);
    if ('refused' in admission) throw refusals[admission.refused];
    const { station, keyProven } = admission;
    exchange.station = station;
    exchange.protocol = version.protocol;
    const inHand = this.#inHand.get(station) ?? 0;
    if (inHand >= MOST_OF_STATION) throw busy();
    this.#inHand.set(station, inHand + 1);
    try {
      const line = { version, secure, address, ownAddress: ownAddress(version, request, secure) };
      const link = await this.#lineOf(station, line, keyProven);
      const action = this.#actionOf(station, version, envelope);
      this.#noteOddities(station, service, version, envelope, action);
      const url = callBackUrl(envelope.from) ?? callBackUrl(envelope.replyTo);
      if (url) await noteCallBack(central, station, url);
      exchange.action = action;
      return await this.#handle(station, link, version, envelope, exchange);
    } finally {
      const left = (this.#inHand.get(station) ?? 1) - 1;
      if (left > 0) this.#inHand.set(station, left);
      else this.#inHand.delete(station);
    }
  }

  async #handle(
    station: Station,
    link: SoapLink,
    version: SoapOcpp,
    { soap, messageId, body }: Envelope,
    exchange: SoapExchange,
  ): Promise<string> {
    const { action } = exchange;
    const prepared = version.dispatcher.incoming.get(action);
    const payload = prepared ? readPayload(prepared.action.request, body) : {};
    exchange.payload = payload;
    const mended: Mended = (value, flaws) => {
      exchange.payload = value;
      exchange.flaws = flaws;
    };
    const confirmation = await dispatch(this.#hub.central, station, version.dispatcher, action, payload, link.asked, mended);
    exchange.confirmation = confirmation;
    const content = prepared ? writePayload(prepared.action.confirmation, confirmation, PREFIX) : '';
    const headers = { action: `/${action}Response`, relatesTo: messageId };
    return writeEnvelope(soap, version.central, headers, elementOf(action, 'Response'), content);
  }

  /** The station's line; a new one when it had none, or came another way. Two at once get the same. */
  async #lineOf(station: Station, line: ConstructorParameters<typeof SoapLink>[2], keyProven: boolean): Promise<SoapLink> {
    await this.#greeted.get(station)?.catch(() => {});
    const { link } = station;
    if (
      link instanceof SoapLink &&
      link.version === line.version &&
      link.address === line.address &&
      link.secure === line.secure
    ) {
      link.ownAddress = line.ownAddress;
      return link;
    }
    const greeting = this.#greet(station, line, keyProven);
    this.#greeted.set(station, greeting);
    return greeting;
  }

  async #greet(station: Station, line: ConstructorParameters<typeof SoapLink>[2], keyProven: boolean): Promise<SoapLink> {
    const link = new SoapLink(this.#hub, station, line);
    if ((await connected(this.#hub.central, station, link, keyProven)) === 'connected') return link;
    link.close();
    throw new SoapFault({ code: 'Sender', subcode: 'SecurityError', reason: 'connected in another way' }, 403);
  }

  /** What the body's element names; headers only confirm (FACTS §4.1). */
  #actionOf(station: Station, { actions }: SoapOcpp, { body }: Envelope): string {
    const known = actions.get(body.name.toLowerCase());
    if (known !== undefined && elementOf(known, 'Request') !== body.name) this.#note(station, 'soapElement', known, body.name);
    return known ?? body.name.slice(0, 50);
  }

  #noteOddities(station: Station, service: SoapOcpp, version: SoapOcpp, envelope: Envelope, action: string): void {
    const { soap, messageId, action: said, body, isMended } = envelope;
    if (isMended) this.#note(station, 'soapXml', action, '');
    if (soap === '1.1') this.#note(station, 'soapVersion', action, soap);
    if (version !== service || body.namespace !== version.central) this.#note(station, 'soapNamespace', action, body.namespace);
    if (messageId === null) this.#note(station, 'soapNoMessageId', action, '');
    const last = said?.split('/').at(-1)?.toLowerCase();
    if (last !== action.toLowerCase()) this.#note(station, 'soapAction', action, said ?? '');
  }

  #note(station: Station, kind: DeviationKind, action: string, example: string): void {
    noteDeviation(this.#hub.central, station, { kind, action: action.slice(0, 50), example: example.slice(0, 200) });
  }
}

async function reply(
  request: IncomingMessage,
  response: ServerResponse,
  soap: SoapVersion,
  status: number,
  text: string,
): Promise<void> {
  const { bytes, coding } = await packBody(text, request.headers['accept-encoding']?.toString());
  if (response.destroyed) return;
  if (!request.complete) hangUpAfter(request, response);
  response.writeHead(status, {
    'content-type': contentType[soap],
    'content-length': bytes.length,
    ...(coding !== undefined && { 'content-encoding': coding }),
    ...(status === 401 && { 'www-authenticate': 'Basic realm="OCPP"' }),
    ...(status === 429 && { 'retry-after': '300' }),
    ...(status === 503 && { 'retry-after': '5' }),
    // What was not read to its end would be taken for the next request.
    ...(!request.complete && { connection: 'close' }),
  });
  response.end(bytes);
}

/** What comes of a body that is not taken is let run for a moment, as cutting the line at once may swallow our answer. */
function hangUpAfter(request: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    request.resume();
    const timer = setTimeout(() => request.destroy(), LINGER_MS);
    request.once('close', () => clearTimeout(timer));
  });
}

/** Our own address as the station called it; what it wrote as host goes back to it, so it must look like one. */
function ownAddress({ service }: SoapOcpp, request: IncomingMessage, secure: boolean): string | null {
  const { host } = request.headers;
  if (host === undefined || !/^[A-Za-z0-9.[\]:_-]{1,255}$/.test(host)) return null;
  return `${secure ? 'https' : 'http'}://${host}/Ocpp/${service}`;
}

function remoteAddress({ socket }: IncomingMessage): string {
  const address = socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
