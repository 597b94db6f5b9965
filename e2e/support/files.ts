import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import type { TestDaemon } from './daemon.ts';
import { bootFacts, type RawStation, rawStation } from './stations.ts';

/** A station that was booted, and takes the calls of the central system. */
export async function bootedStation(daemon: TestDaemon, chargeBoxId: string): Promise<RawStation> {
  const station = await rawStation(daemon.addresses.ocpp16, chargeBoxId);
  await station.call('BootNotification', bootFacts);
  return station;
}

/** Answers the next call of an action with a payload, and resolves with what it asked. */
export async function answerNext(station: RawStation, action: string, payload: unknown): Promise<Record<string, unknown>> {
  for (;;) {
    const [, id, name, asked] = await station.next((frame) => frame[0] === 2);
    station.send(JSON.stringify([3, id, name === action ? payload : { configurationKey: [] }]));
    if (name === action) return asked as Record<string, unknown>; // OCPP's payloads are objects.
  }
}

/** The node of a station by its ChargeBoxId. */
export async function stationIdOf(daemon: TestDaemon, chargeBoxId: string): Promise<string> {
  const groups = await daemon.api('firmware.versions');
  const found = groups.flatMap(({ stations }) => stations).find((each) => each.chargeBoxId === chargeBoxId);
  if (!found) throw new Error(`no station ${chargeBoxId}`);
  return found.id;
}

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** A zip archive of some files. */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const packed = deflateRawSync(text);
    // Version, flags, method 8 (deflate), time, date, check sum, both sizes, length of the name; the same in both headers.
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc32(text), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(Buffer.byteLength(text), 18);
    facts.writeUInt16LE(name.length, 22);
    locals.push(Buffer.from('PK\x03\x04'), facts, Buffer.from(name), packed);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(at, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, entry, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(locals.length / 4, 4);
  end.writeUInt16LE(locals.length / 4, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, ...directory, Buffer.from('PK\x05\x06'), end]);
}

/** Whether a program is installed; tests that need it are skipped without. */
export const hasProgram = (name: string): boolean => spawnSync(name, ['--version']).error === undefined;

/** Runs a program to its end. */
export function run(
  program: string,
  args: readonly string[],
  input?: Buffer | string,
): Promise<{ code: number | null; output: string; stdout: Buffer }> {
  const child = spawn(program, args, { stdio: 'pipe' });
  const out: Buffer[] = [];
  let output = '';
  child.stdout.on('data', (part: Buffer) => {
    out.push(part);
    output += part.toString('utf8');
  });
  child.stderr.on('data', (part: Buffer) => {
    output += part.toString('utf8');
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output, stdout: Buffer.concat(out) })));
}

/** Brings a firmware into the library, as the console does. */
export async function uploadFirmware(
  daemon: TestDaemon,
  bytes: Buffer,
  facts: Readonly<Partial<Record<'name' | 'fileName' | 'maker' | 'model' | 'version', string>>> = {},
): Promise<string> {
  const { path } = await daemon.api('firmware.beginUpload', {
    ...{ name: 'Firmware', fileName: 'firmware-2.bin', maker: '', model: '', version: '2.0', notes: '', sizeBytes: bytes.length },
    ...facts,
  });
  const response = await fetch(`${daemon.addresses.local}${path}`, { method: 'PUT', body: new Uint8Array(bytes) });
  const answer = (await response.json()) as { id: string; sha256: string }; // `Firmware` of the API
  if (answer.sha256 !== sha256(bytes)) throw new Error(`upload failed: ${JSON.stringify(answer)}`);
  return answer.id;
}
