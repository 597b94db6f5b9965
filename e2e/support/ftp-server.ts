import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { posix } from 'node:path';

/** A bare FTP server of somebody else, whose files are in memory. */
export type OtherFtpServer = Readonly<{ port: number; files: Map<string, Buffer>; commands: readonly string[]; close(): void }>;

/** Starts one that lets in a single user. */
export async function otherFtpServer(user: string, password: string): Promise<OtherFtpServer> {
  const files = new Map<string, Buffer>();
  const folders = new Set(['/']);
  const commands: string[] = [];
  const server = createServer((control) => {
    const state = { folder: '/', user: '', data: null as Promise<unknown[]> | null };
    const say = (text: string) => control.write(`${text}\r\n`);
    const path = (given: string) => posix.resolve(state.folder, given);
    const dataSocket = async (): Promise<Socket> => {
      if (!state.data) throw new Error('no data connection');
      const [socket] = await state.data;
      return socket as Socket; // The event's first argument.
    };
    const answer = async (line: string): Promise<void> => {
      commands.push(line);
      const [word = '', ...rest] = line.split(' ');
      const given = rest.join(' ');
      switch (word.toUpperCase()) {
        case 'USER':
          state.user = given;
          return void say('331 password?');
        case 'PASS':
          return void say(state.user === user && given === password ? '230 in' : '530 wrong password');
        case 'EPSV': {
          const passive = createServer().listen(0, '127.0.0.1');
          await once(passive, 'listening');
          const address = passive.address();
          // The client may come before it says for what.
          state.data = once(passive, 'connection').finally(() => passive.close());
          return void say(`229 (|||${typeof address === 'object' && address ? address.port : 0}|)`);
        }
        case 'PWD':
          return void say(`257 "${state.folder}"`);
        case 'CWD':
          if (!folders.has(path(given))) return void say('550 no such folder');
          state.folder = path(given);
          return void say('250 well');
        case 'MKD':
          folders.add(path(given));
          return void say('257 made');
        case 'STOR': {
          const coming = dataSocket();
          say('150 go');
          const parts: Buffer[] = [];
          for await (const part of await coming) parts.push(part as Buffer); // A socket without encoding gives buffers.
          files.set(path(given), Buffer.concat(parts));
          return void say('226 stored');
        }
        case 'RETR':
        case 'LIST':
        case 'MLSD': {
          const here = path(word.toUpperCase() === 'RETR' ? given : given.replace(/^-\S+ ?/, '') || '.');
          const inside = [...files].filter(([name]) => posix.dirname(name) === here);
          const body =
            word.toUpperCase() === 'RETR'
              ? files.get(here)
              : inside.map(([name, bytes]) => `type=file;size=${bytes.length}; ${posix.basename(name)}\r\n`).join('');
          if (body === undefined) return void say('550 no such file');
          const coming = dataSocket();
          say('150 go');
          (await coming).end(body);
          return void say('226 sent');
        }
        case 'DELE':
          return void say(files.delete(path(given)) ? '250 removed' : '550 no such file');
        case 'RMD':
          return void say(folders.delete(path(given)) ? '250 removed' : '550 no such folder');
        case 'FEAT':
          return void say('211-\r\n MLST type*;size*;\r\n211 end');
        default:
          return void say(['TYPE', 'STRU', 'OPTS', 'CDUP'].includes(word.toUpperCase()) ? '200 well' : '502 not here');
      }
    };
    let last = Promise.resolve();
    let text = '';
    control.setEncoding('utf8').on('data', (part: string) => {
      const lines = (text + part).split('\r\n');
      text = lines.pop() ?? '';
      for (const line of lines) last = last.then(() => answer(line)).catch(() => void control.destroy());
    });
    control.on('error', () => {});
    say('220 another server');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, files, commands, close: () => void server.close() };
}
