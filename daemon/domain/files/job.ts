import { createHash, timingSafeEqual } from 'node:crypto';
import { firmwareById } from '../../storage/firmware.ts';
import type { TransfersTable } from '../../storage/tables.ts';
import { transferByUser } from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { count, isRefused, limits } from '../station/gate.ts';
import type { Station } from '../station/station.ts';
import { countGuess, guessedRight } from '../user/limiter.ts';

/** A transfer as it stands in the database. */
export type TransferRow = Omit<TransfersTable, 'id' | 'movedBytes'> & Readonly<{ id: number; movedBytes: number }>;

/** What a station's user and password have opened: one file to fetch, or room to put some. */
export type Job = Readonly<{ transfer: TransferRow; station: Station }> &
  (
    | Readonly<{ way: 'fetch'; file: Readonly<{ id: string; name: string; sizeBytes: number; changedAt: number }> }>
    | Readonly<{ way: 'put' }>
  );

/** How long a transfer outlasts its time since bytes moved: over a slow line a file takes what it takes, and may go on where it broke. */
const movedLatelyMs = 5 * 60_000;

/** Whether a user and password still open their transfer. */
export const isOpen = ({ files, clock }: Central, { id, expiresAt }: Pick<TransferRow, 'id' | 'expiresAt'>): boolean =>
  clock.now() < Math.max(expiresAt, (files.moved.get(id) ?? 0) + movedLatelyMs);

/** The transfers that are kept open beyond their time; those that stand still are forgotten. */
export function movingTransfers({ files: { moved }, clock }: Central): readonly number[] {
  for (const [id, at] of moved) if (at + movedLatelyMs <= clock.now()) moved.delete(id);
  return [...moved.keys()];
}

/** Only this is kept of a password that nobody can guess (SECURITY §5). */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/**
 * Opens a transfer with its user and password; each is valid for that one alone, until it ends. Refuses with `transferRefused`,
 * whatever is wrong, and with `signInLocked`: guesses are counted where those of people are, and right ones as well (SECURITY R18, A14).
 */
export async function openJob(central: Central, user: string, password: string, address: string): Promise<Job> {
  const { signIns } = central.files;
  const account = `transfer ${user.slice(0, 64)}`;
  // One after the other: a station that comes over several connections at once guesses nothing.
  const mine = (signIns.get(account) ?? Promise.resolve()).then(() => signIn(central, account, user, password, address));
  const over = mine.then(ignore, ignore);
  signIns.set(account, over);
  try {
    return await mine;
  } finally {
    if (signIns.get(account) === over) signIns.delete(account);
  }
}

const ignore = () => {};

async function signIn(central: Central, account: string, user: string, password: string, address: string): Promise<Job> {
  const { storage, clock, people, gate } = central;
  if (isRefused(gate.connects, account, clock.now())) throw new DomainError('signInLocked', { seconds: 60 });
  countGuess(people.guesses, clock.now(), account, address);
  const transfer = await transferByUser(storage.read, user.slice(0, 64));
  const given = Buffer.from(hashSecret(password));
  const known = Buffer.from(transfer?.secretHash ?? hashSecret(''));
  const isRight = transfer !== undefined && timingSafeEqual(given, known);
  const station = isRight ? central.stations.byId(transfer.stationId) : undefined;
  const isTime = isRight && transfer.endedAt === null && isOpen(central, transfer);
  if (!isTime || transfer.server !== 'builtIn' || !station) throw new DomainError('transferRefused');
  guessedRight(people.guesses, account, address);
  if (count(gate.connects, account, clock.now(), limits.fileSignIns)) throw new DomainError('signInLocked', { seconds: 60 });

  const common = { transfer, station };
  if (transfer.kind === 'diagnostics') return { ...common, way: 'put' };
  const firmware = transfer.firmwareId === null ? undefined : await firmwareById(storage.read, transfer.firmwareId);
  if (!firmware) throw new DomainError('transferRefused');
  const { publicId: id, fileName: name, sizeBytes, uploadedAt: changedAt } = firmware;
  return { ...common, way: 'fetch', file: { id, name, sizeBytes, changedAt } };
}
