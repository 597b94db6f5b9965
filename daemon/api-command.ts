import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { parseArgs } from 'node:util';
import { apiPath, contract } from '../shared/api/api.ts';
import type { Procedure } from '../shared/api/contract.ts';
import { isRecord } from '../shared/api/schema.ts';
import type { ApiError } from '../shared/errors.ts';
import { refusalText, unknownMembers } from './api-words.ts';
import { likeliest } from './likely.ts';

const help = `charge-portal api: calls a procedure of a running daemon and prints its answer as JSON.

  charge-portal api                                   lists the procedures
  charge-portal api <procedure> --help                shows what it takes and answers, as JSON Schema
  charge-portal api <procedure> ['<json>']            calls it
  echo '<json>' | charge-portal api <procedure> -     calls it with what comes in

A subscription goes on: a line of JSON for each message, until it is stopped with Ctrl-C.

  --url ADDRESS         of the daemon; or CHARGE_PORTAL_URL [http://127.0.0.1:8180]
  --fingerprint HEX     SHA-256 of its self-made certificate, for https; or CHARGE_PORTAL_FINGERPRINT
  CHARGE_PORTAL_TOKEN   the access token, or --token TOKEN, which other users of this machine can see in the list of processes`;

/** `charge-portal api`: the scripting interface. Resolves with 0, 1 when the daemon refused, 2 when the call makes no sense. */
export async function api(args: readonly string[]): Promise<number> {
  const parsed = parsedOf(args);
  if (typeof parsed === 'string') return complain(parsed);
  const { values, positionals } = parsed;
  const [name, given, ...more] = positionals;
  if (name === undefined) return say(values.help ? help : `${help}\n\n${listOfProcedures()}`);
  const procedure = procedureOf(name);
  if (!procedure) {
    const likely = likeliest(
      name,
      procedures().map((each) => each.name),
    );
    return complain(`There is no procedure "${name}". ${likely ? `Did you mean ${likely}?` : 'charge-portal api lists them.'}`);
  }
  if (values.help)
    return say(
      JSON.stringify(
        { about: procedure.about, right: procedure.right, input: procedure.input, output: procedure.output },
        null,
        2,
      ),
    );
  if (more.length > 0) return complain(`One input is enough; this is too much: ${more.join(' ').slice(0, 200)}`);
  const text = given === '-' ? await standardInput() : (given ?? '{}');
  const input = jsonOf(text);
  if (input === undefined) return complain(`The input is no JSON: ${text.slice(0, 200)}`);
  const unknown = unknownMembers(procedure, input);
  if (unknown.length > 0) return complain([`${name}: the input is not right.`, ...unknown.map((line) => `  ${line}`)].join('\n'));

  const { CHARGE_PORTAL_URL, CHARGE_PORTAL_TOKEN, CHARGE_PORTAL_FINGERPRINT } = process.env;
  const address = values.url ?? CHARGE_PORTAL_URL ?? 'http://127.0.0.1:8180';
  if (!isAddress(address)) return complain(`"${address}" is no address; an example is http://127.0.0.1:8180.`);
  const where = {
    address: new URL(address),
    token: values.token ?? CHARGE_PORTAL_TOKEN,
    fingerprint: values.fingerprint ?? CHARGE_PORTAL_FINGERPRINT,
  };
  const asked = { name, procedure, input };
  if (procedure.kind === 'subscription') return followed(where, asked);
  return print(asked, await call({ ...where, name, isQuery: procedure.kind === 'query', input: text }));
}

const options = {
  url: { type: 'string' },
  token: { type: 'string' },
  fingerprint: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The arguments, or what is wrong with them. */
function parsedOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    const flag = args.find((arg) => /^-./.test(arg) && !Object.hasOwn(options, arg.replace(/^--|=.*$/g, ''))) ?? '';
    const reason = error instanceof Error ? error.message : String(error);
    return flag
      ? `There is no flag ${flag}. What a procedure takes is given as JSON: charge-portal api <procedure> '<json>'`
      : reason;
  }
}

/** Addresses of a page and of the API's WebSocket mean the same daemon. */
const isAddress = (text: string): boolean => URL.canParse(text) && /^(?:https?|wss?):$/.test(new URL(text).protocol);

type Where = Readonly<{ address: URL; token: string | undefined; fingerprint: string | undefined }>;
type Asked = Readonly<{ name: string; procedure: Procedure; input: unknown }>;

/** Prints what a subscription tells, a line each, so that other programs can read along. */
async function followed({ address, token, fingerprint }: Where, { name, procedure, input }: Asked): Promise<number> {
  // Whoever reads along may have enough at any time, as `head` does.
  process.stdout.on('error', () => process.exit(0));
  const { follow } = await import('./api-follow.ts');
  const isPinned = fingerprint === undefined ? null : (shown: string) => bare(shown) === bare(fingerprint);
  const told = (message: unknown) => void process.stdout.write(`${JSON.stringify(message)}\n`);
  const ended = await follow({ address, token, isPinned, name, input, told });
  if (ended.end === 'stopped') return 0;
  if (ended.end === 'broken') throw new Unreachable(`${address.origin} cannot be reached: ${ended.why}`);
  console.error(refusalText(name, procedure, input, ended.error));
  return 1;
}

/** The daemon was not there, or not the one that was meant. */
class Unreachable extends Error {
  readonly code = 'unreachable';
}

type Call = Where &
  Readonly<{
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

function print({ name, procedure, input }: Asked, { status, body }: { status: number; body: string }): number {
  const answer = jsonOf(body);
  if (!isRecord(answer)) {
    console.error(`${status}: this is no answer of Charge Portal's API.`);
    return 1;
  }
  // The daemon's answer, in tRPC's envelope.
  const { result, error } = answer as {
    result?: { data: unknown };
    error?: { message: string; data?: { error?: ApiError } };
  };
  if (result) return say(JSON.stringify(result.data, null, 2));
  const refusal: Pick<ApiError, 'facts' | 'fields'> & { code: string } = error?.data?.error ?? {
    code: error?.message ?? String(status),
    facts: {},
  };
  console.error(refusalText(name, procedure, input, refusal));
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

/** What a text says as JSON, which is never undefined. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
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
