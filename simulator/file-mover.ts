import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable, Writable } from 'node:stream';
import { Client } from 'basic-ftp';

const timeOutMs = 20_000;

/** Fetches a firmware from where the central system said; resolves with its length. FTP, FTPS (explicit), HTTP and HTTPS. */
export async function fetchFile(location: string): Promise<number> {
  const url = new URL(location);
  if (!isFtp(url)) {
    return await overHttp(url, 'GET');
  }
  let bytes = 0;
  const counter = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
  await overFtp(url, (client) => client.downloadTo(counter, decodeURIComponent(url.pathname)));
  return bytes;
}

/** Puts a log where the central system said. */
export async function putFile(location: string, name: string, text: string): Promise<void> {
  const url = new URL(location);
  if (isFtp(url)) {
    const folder = decodeURIComponent(url.pathname).replace(/\/?$/, '/');
    await overFtp(url, (client) => client.uploadFrom(Readable.from([Buffer.from(text)]), folder + name));
    return;
  }
  await overHttp(location.endsWith('/') ? new URL(name, url) : url, 'PUT', text);
}

/** Resolves with the length of what came back. */
function overHttp(url: URL, method: string, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) => {
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
      });
      response.on('error', reject).on('end', () => {
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve(bytes);
        else reject(new Error(`HTTP ${statusCode}`));
      });
    };
    const options = { method, timeout: timeOutMs };
    const request =
      url.protocol === 'https:' ? httpsRequest(url, { ...options, ...unchecked }, answered) : httpRequest(url, options, answered);
    request.on('timeout', () => request.destroy(new Error('no answer'))).on('error', reject);
    request.end(body);
  });
}

/** As most stations: they have no list of authorities to check against. */
const unchecked = { rejectUnauthorized: false };
const isFtp = ({ protocol }: URL) => protocol === 'ftp:' || protocol === 'ftps:';

async function overFtp(url: URL, act: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client(timeOutMs);
  try {
    await client.access({
      host: url.hostname,
      port: Number(url.port || 21),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      secure: url.protocol === 'ftps:',
      secureOptions: unchecked,
    });
    await act(client);
  } finally {
    client.close();
  }
}
