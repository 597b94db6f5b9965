import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { posix } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { Client } from 'basic-ftp';
import { DomainError } from '../domain/error.ts';
import type { ExternalAddress, ExternalServer, ProbeStep } from '../domain/files/files.ts';
import { allowedAddress, refused } from './targets.ts';

const timeOutMs = 15_000;
const mostFiles = 50;

/** FTP servers of somebody else (PRODUCT M37): firmware is put there, and logs are taken from there. */
export const externalServer: ExternalServer = {
  put: (server, path, file) =>
    connected(server, async (client) => {
      await client.ensureDir(posix.dirname(path));
      await client.uploadFrom(file, path);
    }),
  makeFolder: (server, path) => connected(server, (client) => client.ensureDir(path)),
  remove: (server, path) => connected(server, (client) => client.removeDir(path)),
  take: (server, path, each) =>
    connected(server, async (client) => {
      const found = (await client.list(path)).filter((entry) => entry.isFile).slice(0, mostFiles);
      for (const { name } of found) {
        if (name.includes('/') || name.includes('\\')) continue;
        await each(name, (chunk) => client.downloadTo(sink(chunk), posix.join(path, name)).then(() => {}));
        await client.remove(posix.join(path, name), true);
      }
      await client.removeEmptyDir(path).catch(() => {});
    }),
  probe,
  async greet(endpoint) {
    const steps: ProbeStep[] = [];
    const step = stepper(steps);
    const address = await step('resolve', () => allowedAddress(endpoint.host, true));
    if (address === null) return steps;
    await step('connect', async () => {
      const client = new Client(timeOutMs);
      try {
        return (await client.connect(address, endpoint.port)).message;
      } finally {
        client.close();
      }
    });
    return steps;
  },
};

async function connected<Result>(server: ExternalAddress, act: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client(timeOutMs);
  try {
    await open(client, server, await allowedAddress(server.host, server.allowPrivate));
    await signIn(client, server);
    return await act(client);
  } catch (error) {
    throw error instanceof DomainError ? error : refused(wordsOf(error, server));
  } finally {
    client.close();
  }
}

/** Connects to the address that was looked at, and within TLS asks for the name. */
async function open(client: Client, server: ExternalAddress, address: string): Promise<string> {
  const greeting = await client.connect(address, server.port);
  if (server.secure)
    await client.useTLS({
      rejectUnauthorized: !server.trustCertificate,
      ...(isIP(server.host) ? { host: server.host } : { servername: server.host }),
    });
  return greeting.message;
}

async function signIn(client: Client, server: ExternalAddress): Promise<string> {
  const answer = await client.login(server.user === '' ? 'anonymous' : server.user, server.password);
  await client.useDefaultSettings();
  return answer.message;
}

/** Does with a small file all that is done with the server, and stops at the first step that fails. */
async function probe(server: ExternalAddress): Promise<readonly ProbeStep[]> {
  const steps: ProbeStep[] = [];
  const step = stepper(steps, server);
  const client = new Client(timeOutMs);
  const text = randomBytes(24).toString('hex');
  const file = posix.join('/', server.folder, `charge-portal-test-${randomBytes(4).toString('hex')}.txt`);
  try {
    const address = await step('resolve', () => allowedAddress(server.host, server.allowPrivate));
    if (address === null) return steps;
    if ((await step('connect', () => open(client, server, address))) === null) return steps;
    if ((await step('signIn', () => signIn(client, server))) === null) return steps;
    const written = await step('write', async () => {
      await client.ensureDir(posix.dirname(file));
      return (await client.uploadFrom(Readable.from([Buffer.from(text)]), file)).message;
    });
    if (written === null) return steps;
    await step('read', async () => {
      const parts: Buffer[] = [];
      await client.downloadTo(
        sink(async (bytes) => void parts.push(bytes)),
        file,
      );
      if (Buffer.concat(parts).toString() !== text) throw new Error('What came back is not what was written.');
      return `${text.length} bytes`;
    });
    await step('remove', async () => (await client.remove(file)).message);
    return steps;
  } finally {
    client.close();
  }
}

/** Runs a step and notes how it went; null when it failed. */
const stepper =
  (steps: ProbeStep[], server?: ExternalAddress) =>
  async (step: ProbeStep['step'], act: () => Promise<string>): Promise<string | null> => {
    try {
      const detail = await act();
      steps.push({ step, ok: true, detail });
      return detail;
    } catch (error) {
      const reason = error instanceof DomainError ? String(error.facts.reason) : wordsOf(error, server);
      steps.push({ step, ok: false, detail: reason });
      return null;
    }
  };

/** What a server or the system said, without our password, should it repeat that. */
function wordsOf(error: unknown, server?: ExternalAddress): string {
  // What Node advises its programmers is no help to the person.
  const words = (error instanceof Error ? error.message : String(error)).replace(/; if the root CA .*$/s, '');
  return (server?.password ? words.replaceAll(server.password, '********') : words).slice(0, 300);
}

/** A stream whose bytes are handed on, no faster than they are taken. */
const sink = (chunk: (bytes: Buffer) => Promise<void>): Writable =>
  new Writable({
    write(bytes: Buffer, _encoding, done) {
      chunk(bytes).then(() => done(), done);
    },
  });
