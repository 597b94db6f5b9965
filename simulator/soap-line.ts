import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallFailed, type LineOptions, type Payload, type StationLine } from './line.ts';
import { answerMembers, answerOf, isIn15, readMembers, requestMembers, textOf } from './soap-forms.ts';

const central = 'urn://Ocpp/Cs/2012/06/';
const station = 'urn://Ocpp/Cp/2012/06/';
const type = 'application/soap+xml; charset=utf-8';

const enveloped = (namespace: string, headers: string, body: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"` +
  ` xmlns:c="${namespace}"><S:Header>${headers}</S:Header><S:Body>${body}</S:Body></S:Envelope>`;

/** How a station of OCPP 1.5 speaks: it posts its messages one after the other, and listens at an address of its own for those to it. */
export class SoapLine implements StationLine {
  readonly opened: Promise<void>;
  readonly closed: Promise<void>;
  readonly #options: LineOptions;
  readonly #server: Server;
  readonly #end = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #isOpen = false;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#called(request, response));
    this.opened = new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => {
        this.#isOpen = true;
        resolve();
      });
    });
    this.closed = new Promise((resolve) => {
      this.#server.on('close', () => {
        this.#isOpen = false;
        options.onClose(1000);
        resolve();
      });
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  newMessageId(): string {
    return `urn:uuid:${randomUUID()}`;
  }

  /** Posts a message when those before it are answered. Rejects with `CallFailed`. */
  call(action: string, payload: unknown, messageId = this.newMessageId()): Promise<Payload> {
    if (!isIn15(action)) return Promise.reject(new CallFailed('NotSupported', 'not in OCPP 1.5'));
    const answer = this.#last.then(() => this.#post(action, payload as Payload, messageId)); // Stations make objects only.
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** Bytes as they are, as the body of a post of their own. */
  sendRaw(data: string | Uint8Array): void {
    const body = typeof data === 'string' ? data : new Uint8Array(data);
    void fetch(this.#options.url, { method: 'POST', body, headers: { 'content-type': type }, signal: this.#end.signal }).catch(
      () => {},
    );
  }

  /** Nothing is open that could hang: it is gone. */
  hang(): void {
    this.cut();
  }

  close(): void {
    this.cut();
  }

  cut(): void {
    this.#isOpen = false;
    this.#end.abort();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #post(action: string, payload: Payload, messageId: string): Promise<Payload> {
    if (!this.#isOpen) throw new CallFailed('closed');
    const { url, chargeBoxId, headers, timeoutMs } = this.#options;
    const { port } = this.#server.address() as AddressInfo; // It listens.
    const operation = `${action.charAt(0).toLowerCase()}${action.slice(1)}Request`;
    const head =
      `<c:chargeBoxIdentity>${chargeBoxId}</c:chargeBoxIdentity><a:Action>/${action}</a:Action><a:MessageID>${messageId}</a:MessageID>` +
      `<a:From><a:Address>http://127.0.0.1:${port}/</a:Address></a:From><a:To>${url}</a:To>`;
    const body = enveloped(central, head, `<c:${operation}>${requestMembers(action, payload)}</c:${operation}>`);
    const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(timeoutMs)]);
    let text: string;
    try {
      const response = await fetch(url, { method: 'POST', body, headers: { ...headers, 'content-type': type }, signal });
      text = await response.text();
    } catch {
      throw new CallFailed(this.#end.signal.aborted ? 'closed' : 'timeout');
    }
    if (/<(?:[\w.-]+:)?Fault/.test(text)) throw new CallFailed(subcodeOf(text), textOf(text, 'Text') ?? '');
    return answerOf(text);
  }

  async #called(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const xml = Buffer.concat(parts).toString();
    const { name, members } = readMembers(xml);
    const operation = name.replace(/Request$/, '');
    const action = operation.charAt(0).toUpperCase() + operation.slice(1);
    const relates = `<a:Action>/${action}Response</a:Action><a:RelatesTo>${textOf(xml, 'MessageID') ?? ''}</a:RelatesTo>`;
    try {
      const reply = await this.#options.onCall(action, members);
      response.writeHead(200, { 'content-type': type });
      response.end(
        enveloped(station, relates, `<c:${operation}Response>${answerMembers(action, reply.answer)}</c:${operation}Response>`),
      );
      reply.afterwards?.();
    } catch {
      const fault =
        '<S:Fault><S:Code><S:Value>S:Receiver</S:Value><S:Subcode><S:Value>c:NotSupported</S:Value></S:Subcode></S:Code>' +
        '<S:Reason><S:Text xml:lang="en">not known here</S:Text></S:Reason></S:Fault>';
      response.writeHead(500, { 'content-type': type });
      response.end(enveloped(station, relates, fault));
    }
  }
}

/** OCPP's own word in a fault: the last of the code's values. */
function subcodeOf(xml: string): string {
  const values = [...xml.matchAll(/<(?:[\w.-]+:)?Value[^>]*>([^<]*)</g)].map(([, value = '']) => value);
  return values.at(-1)?.split(':').at(-1) ?? 'InternalError';
}
