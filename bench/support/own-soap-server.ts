import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Compile } from 'typebox/compile';
import { packBody, readBody } from '../../daemon/ocpp/soap/body.ts';
import { contentType, PREFIX, readEnvelope, writeEnvelope } from '../../daemon/ocpp/soap/envelope.ts';
import { readPayload, writePayload } from '../../daemon/ocpp/soap/payload.ts';
import { elementOf, ocpp15 } from '../../daemon/ocpp/soap/versions.ts';

/** Our envelope and nothing behind it: like the package beside it, it reads, checks and answers at once. */
const answers: Record<string, () => object> = {
  Heartbeat: () => ({ currentTime: new Date().toISOString() }),
  MeterValues: () => ({}),
};
const checks = new Map([...ocpp15.dispatcher.incoming].map(([name, { action }]) => [name, Compile(action.request)]));

const server = createServer(async (request, response) => {
  const { soap, messageId, body } = readEnvelope(await readBody(request));
  const name = ocpp15.actions.get(body.name.toLowerCase()) ?? '';
  const action = ocpp15.dispatcher.incoming.get(name)?.action;
  const payload = action && readPayload(action.request, body);
  if (!action || !checks.get(name)?.Check(payload)) {
    response.writeHead(400).end();
    return;
  }
  const content = writePayload(action.confirmation, answers[name]?.() ?? {}, PREFIX);
  const headers = { action: `/${name}Response`, relatesTo: messageId };
  const text = writeEnvelope(soap, ocpp15.central, headers, elementOf(name, 'Response'), content);
  const { bytes } = await packBody(text, request.headers['accept-encoding']?.toString());
  response.writeHead(200, { 'content-type': contentType[soap], 'content-length': bytes.length });
  response.end(bytes);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port)); // A TCP server's address is no string.
