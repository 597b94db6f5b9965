import { closeSync, constants, fsyncSync, openSync } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../../storage/errors.ts';
import { DomainError } from '../error.ts';
import { Pace } from './pace.ts';
import { needRoom } from './room.ts';
import { newTurns, type Turns } from './turns.ts';

/** After so many bytes of a file that comes the disk is looked at again. */
export const lookForRoomEvery = 4 * 1024 * 1024;

/** Where a listener for stations is reached. */
export type Endpoint = Readonly<{ host: string; port: number }>;
export type Endpoints = Readonly<{ ftp: Endpoint; http: Endpoint; https: Endpoint }>;

/** An FTP server of somebody else, as the settings have it. */
export type ExternalAddress = Readonly<{
  secure: boolean;
  host: string;
  port: number;
  folder: string;
  user: string;
  password: string;
  allowPrivate: boolean;
  trustCertificate: boolean;
}>;

export type ProbeStep = Readonly<{
  step: 'resolve' | 'connect' | 'signIn' | 'write' | 'read' | 'remove';
  ok: boolean;
  detail: string;
}>;

/** What is done with the external server; the adapter that speaks FTP puts it here. Failures are `fileServerRefused`. */
export type ExternalServer = Readonly<{
  put(server: ExternalAddress, path: string, file: string): Promise<void>;
  makeFolder(server: ExternalAddress, path: string): Promise<void>;
  /** Removes a folder with all that is in it. */
  remove(server: ExternalAddress, path: string): Promise<void>;
  /** Hands over each file of a folder, and removes those that were taken and the folder. */
  take(server: ExternalAddress, path: string, each: (name: string, write: FileSink) => Promise<void>): Promise<void>;
  probe(server: ExternalAddress): Promise<readonly ProbeStep[]>;
  /** Whether an FTP server answers there. */
  greet(endpoint: Endpoint): Promise<readonly ProbeStep[]>;
}>;
/** Runs a download into the receiver of a file. */
export type FileSink = (chunk: (bytes: Buffer) => Promise<void>) => Promise<void>;

/** What the rules about files keep in memory. */
export type Files = {
  readonly folder: string;
  /** Null until the listeners are open. */
  endpoints: Endpoints | null;
  external: ExternalServer | null;
  /** A fleet that comes back at once must not besiege somebody else's server. */
  readonly toExternal: Turns;
  /** Bytes that are just coming in, by the station's row id. */
  readonly incoming: Map<number, number>;
  /** When bytes of a transfer last moved, by its row id. */
  readonly moved: Map<number, number>;
  /** Files that are being written. */
  readonly busy: Set<string>;
  /** Those of them of which the station has said that they failed: an end of theirs is no good one. */
  readonly disowned: Set<string>;
  /** The last sign-in to each transfer that is just being looked at. */
  readonly signIns: Map<string, Promise<void>>;
  /** Stations that may prove by a boot that they have installed an image, by row id: all others boot without a question to the database. */
  readonly updating: Set<number>;
  readonly pace: Pace;
};

export const newFiles = ({ folder, bytesPerSecond }: Readonly<{ folder: string; bytesPerSecond: number }>): Files => ({
  folder,
  endpoints: null,
  external: null,
  toExternal: newTurns(4),
  incoming: new Map(),
  moved: new Map(),
  busy: new Set(),
  disowned: new Set(),
  signIns: new Map(),
  updating: new Set(),
  pace: new Pace(bytesPerSecond),
});

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_RDONLY, O_RDWR } = constants;

/** The path of a file of ours: its name is a UUID that we chose, never a word of anybody else (SECURITY A13). */
export function pathOf(files: Files, id: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new Error('a file is called by its id');
  return join(files.folder, id);
}

/** Opens a new file, which must not be there in any form, not even as a link to another place. Refuses with `diskFull`. */
export async function createFile(files: Files, id: string): Promise<FileHandle> {
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  if (!(await lstat(files.folder)).isDirectory()) throw new Error(`${files.folder} is no folder`);
  await needRoom(files.folder);
  return await open(pathOf(files, id), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
}

/** Opens a file that is there; one that a link has taken the place of is refused. */
export async function openFile(files: Files, id: string, use: 'read' | 'write'): Promise<FileHandle> {
  try {
    return await open(pathOf(files, id), (use === 'read' ? O_RDONLY : O_RDWR) | O_NOFOLLOW);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ELOOP'))
      throw new DomainError('fileUnknown');
    throw error;
  }
}

const portion = 64 * 1024;

/** The bytes of a file from `start` to before `end`. The file stays open, whether they were all taken or not. */
export async function* bytesOf(handle: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(portion, end - at));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Takes a file away; one that is gone is fine. */
export const removeFile = (files: Files, id: string): Promise<void> => rm(pathOf(files, id), { force: true });

/** Makes sure that the name of a new file survives a power cut. */
export function syncFolder(files: Files): void {
  if (process.platform === 'win32') return;
  const handle = openSync(files.folder, O_RDONLY);
  fsyncSync(handle);
  closeSync(handle);
}

/** What a disk says when it is full, to us or to the database, in our word. */
export function diskError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || (error instanceof StorageError && code === 'diskFull');
  return isFull ? new DomainError('diskFull') : error;
}
