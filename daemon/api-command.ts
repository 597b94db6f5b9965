import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { parseArgs } from 'node:util';
import { apiPath, contract } from '../shared/api/api.ts';
import type { Procedure } from '../shared/api/contract.ts';
import type { ApiError } from '../shared/errors.ts';

const help = `charge-portal api: calls a procedure of a running daemon and prints its answer as JSON.

  charge-portal api                                   lists the procedures
  charge-portal api <procedure> --help                shows what it takes and answers, as JSON Schema
  charge-portal api <procedure> ['<json>']            calls it
  echo '<json>' | charge-portal api <procedure> -     calls it with what comes in

  --url ADDRESS         of the daemon; or CHARGE_PORTAL_URL [http://127.0.0.1:8180]
  --fingerprint HEX     SHA-256 of its self-made certificate, for https; or CHARGE_PORTAL_FINGERPRINT
  CHARGE_PORTAL_TOKEN   the access token, or --token TOKEN, which other users of this machine can see in the list of processes`;

/** `charge-portal api`: the scripting interface. Resolves with 0, 1 when the daemon refused, 2 when the call makes no sense. */
export async function api(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      token: { type: 'string' },
      fingerprint: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [name, given] = positionals;
  if (name === undefined) return say(values.help ? help : `${help}\n\n${listOfProcedures()}`);
  const procedure = procedureOf(name);
  if (!procedure) return complain(`There is no procedure "${name}". charge-portal api lists them.`);
  if (values.help)
    return say(
      JSON.stringify(
        { about: procedure.about, right: procedure.right, input: procedure.input, output: procedure.output },
        null,
        2,
      ),
    );
  if (procedure.kind === 'subscription')
    return complain(`"${name}" goes on telling and needs a WebSocket; this command cannot call it.`);

  const input = given === '-' ? await standardInput() : (given ?? '{}');
  if (!isJson(input)) return complain(`The input is no JSON: ${input.slice(0, 200)}`);
  const { CHARGE_PORTAL_URL, CHARGE_PORTAL_TOKEN, CHARGE_PORTAL_FINGERPRINT } = process.env;
  const address = values.url ?? CHARGE_PORTAL_URL ?? 'http://127.0.0.1:8180';
  if (!URL.canParse(address)) return complain(`"${address}" is no address; an example is http://127.0.0.1:8180.`);
  const answer = await call({
    address: new URL(address),
    token: values.token ?? CHARGE_PORTAL_TOKEN,
    fingerprint: values.fingerprint ?? CHARGE_PORTAL_FINGERPRINT,
    name,
    isQuery: procedure.kind === 'query',
    input,
  });
  return print(name, answer);
}

/** The daemon was not there, or not the one that was meant. */
class Unreachable extends Error {
  readonly code = 'unreachable';
}

type Call = Readonly<{
  address: URL;
  token: string | undefined;
  fingerprint: string | undefined;
  name: string;
  isQuery: boolean;
  input: string;
}>;

/** Over HTTP, or over TLS with the certificate checked: by its pinned fingerprint, or by the authorities this machine trusts. */
function call({ address, token, fingerprint, name, isQuery, input }: Call): Promise<{ status: number; body: string }> {
  const url = new URL(`${apiPath}/${name}`, address);
  if (isQuery) url.searchParams.set('input', input);
  const isTls = url.protocol === 'https:' || url.protocol === 'wss:';
  url.protocol = isTls ? 'https:' : 'http:';
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const options = { method: isQuery ? 'GET' : 'POST', headers, timeout: 60_000 };
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) =>
      textOf(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    const request = isTls
      ? httpsRequest(url, { ...options, rejectUnauthorized: fingerprint === undefined }, answered)
      : httpRequest(url, options, answered);
    request.on('timeout', () => request.destroy(new Error('no answer within a minute')));
    request.on('error', (error) =>
      reject(new Unreachable(`${address.origin} cannot be reached: ${error.message || ('code' in error ? error.code : '')}`)),
    );
    const send = () => request.end(isQuery ? undefined : input);
    if (!isTls || fingerprint === undefined) return send();
    // Nothing is sent, the token least of all, before the certificate is known to be the pinned one.
    request.on('socket', (socket) =>
      socket.once('secureConnect', () => {
        const shown = (socket as TLSSocket).getPeerCertificate().fingerprint256; // https gives TLS sockets only.
        if (bare(shown) === bare(fingerprint)) send();
        else request.destroy(new Error(`its certificate is another one, with the fingerprint ${shown}`));
      }),
    );
  });
}

const bare = (fingerprint: string) => fingerprint.replaceAll(/[^0-9a-f]/gi, '').toLowerCase();

function print(name: string, { status, body }: { status: number; body: string }): number {
  if (!isJson(body)) return complain(`${status}: this is no answer of Charge Portal's API.`);
  // The daemon's answer, in tRPC's envelope.
  const { result, error } = JSON.parse(body) as {
    result?: { data: unknown };
    error?: { message: string; data?: { error?: ApiError } };
  };
  if (result) return say(JSON.stringify(result.data, null, 2));
  const refusal: Pick<ApiError, 'facts' | 'fields'> & { code: string } = error?.data?.error ?? {
    code: error?.message ?? String(status),
    facts: {},
  };
  const facts = Object.entries(refusal.facts).map(([fact, value]) => `  ${fact}: ${value}`);
  const fields = Object.entries(refusal.fields ?? {}).map(([field, why]) => `  ${field}: ${why}`);
  console.error([`${name}: ${refusal.code}`, ...facts, ...fields].join('\n'));
  return 1;
}

const procedureOf = (name: string) => procedures().find((each) => each.name === name)?.procedure;

function procedures(): { name: string; procedure: Procedure }[] {
  return Object.entries(contract).flatMap(([area, members]) =>
    Object.entries(members).map(([name, procedure]: [string, Procedure]) => ({ name: `${area}.${name}`, procedure })),
  );
}

function listOfProcedures(): string {
  const width = Math.max(...procedures().map(({ name }) => name.length));
  return procedures()
    .map(({ name, procedure: { kind, about } }) => `${name.padEnd(width)}  ${kind.padEnd(12)}  ${about}`)
    .join('\n');
}

async function standardInput(): Promise<string> {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) text += part;
  return text;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return text;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function say(text: string): number {
  console.log(text);
  return 0;
}

function complain(text: string): number {
  console.error(text);
  return 2;
}
