import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exchange } from './stations.ts';

/** The endpoint of a SOAP service of a daemon. */
export const soapAt = (addresses: Readonly<{ ocpp16: string }>, version: '15' | '16' = '15'): string =>
  `${new URL(addresses.ocpp16).origin.replace('ws:', 'http:')}/Ocpp/CentralSystemService${version}`;

const namespaces = { '15': 'urn://Ocpp/Cs/2012/06/', '16': 'urn://Ocpp/Cs/2015/10/' } as const;

export type Message = Readonly<{
  chargeBoxId: string;
  version?: '15' | '16';
  /** Lower-camel name without `Request`, e.g. `bootNotification`. */
  operation: string;
  /** Members as XML with the prefix `cs:`. */
  members?: string;
  from?: string;
  messageId?: string;
}>;

/** A message as a correct station writes it. */
export function soapMessage({
  chargeBoxId,
  version = '15',
  operation,
  members = '',
  from,
  messageId = 'urn:uuid:1',
}: Message): string {
  const action = operation.charAt(0).toUpperCase() + operation.slice(1);
  const sender = from === undefined ? '' : `<wsa:From><wsa:Address>${from}</wsa:Address></wsa:From>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:cs="${namespaces[version]}">
  <s:Header>
    <cs:chargeBoxIdentity s:mustUnderstand="true">${chargeBoxId}</cs:chargeBoxIdentity>
    <wsa:Action s:mustUnderstand="true">/${action}</wsa:Action>
    <wsa:MessageID>${messageId}</wsa:MessageID>${sender}
    <wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>
  </s:Header>
  <s:Body><cs:${operation}Request>${members}</cs:${operation}Request></s:Body>
</s:Envelope>`;
}

export type SoapAnswer = Readonly<{ status: number; text: string; headers: Headers; value(name: string): string | undefined }>;

/** Text of the first element of a name, whatever its prefix. */
export const valueIn = (text: string, name: string): string | undefined =>
  new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^>]*)?>([^<]*)<`).exec(text)?.[1];

/** Posts a body to a service. */
export async function post(url: string, body: BodyInit, headers: Record<string, string> = {}): Promise<SoapAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/soap+xml; charset=utf-8', ...headers },
  });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers, value: (name) => valueIn(text, name) };
}

/** Sends bytes of a request as they are, and gives what comes back. */
export const rawPost = (url: string, head: readonly string[], body: string | Buffer): Promise<string> => {
  const { host, pathname } = new URL(url);
  const lines = [`POST ${pathname} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...head, '', ''].join('\r\n');
  return exchange(url, Buffer.concat([Buffer.from(lines), Buffer.from(body)]));
};

export const boot15 =
  '<cs:chargePointVendor>Old Maker</cs:chargePointVendor><cs:chargePointModel>Box 15</cs:chargePointModel>' +
  '<cs:firmwareVersion>0.9</cs:firmwareVersion>';

export type Called = Readonly<{ headers: IncomingMessage['headers']; path: string; text: string }>;

/** Where a station listens for our calls, with TLS if it has a key: keeps them, and answers as it is told. */
export async function stationService(
  answer: (call: Called) => Readonly<{ status?: number; headers?: Record<string, string>; body: string | Buffer }>,
  tls?: Readonly<{ key: string; cert: string }>,
) {
  const calls: Called[] = [];
  const take = (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const call = { headers: request.headers, path: request.url ?? '', text: Buffer.concat(parts).toString() };
      calls.push(call);
      const { status = 200, headers = {}, body } = answer(call);
      response.writeHead(status, { 'content-type': 'application/soap+xml; charset=utf-8', ...headers });
      response.end(body);
    });
  };
  const server = tls ? createSecureServer(tls, take) : createServer(take);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A listening TCP server has an address with a port.
  return {
    url: `http${tls ? 's' : ''}://127.0.0.1:${port}/station`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer of a station to a call. */
export const stationAnswer = (operation: string, members = '', version: '15' | '16' = '15'): string =>
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><r:${operation}Response xmlns:r="${namespaces[version].replace('Cs', 'Cp')}">` +
  `${members}</r:${operation}Response></s:Body></s:Envelope>`;

/** A fault of a station, in its words. */
export const stationFault = (reason: string): string =>
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code>' +
  `<s:Reason><s:Text xml:lang="en">${reason}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>`;
