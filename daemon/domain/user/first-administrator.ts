import { randomUUIDv7 } from 'node:crypto';
import { hasAdministrator, insertAccount } from '../../storage/accounts.ts';
import type { Central } from '../central.ts';
import { audit } from './audit.ts';
import { hashPassword, oneTimePassword } from './password.ts';
import { theSystem } from './person.ts';

const firstEmail = 'admin@charge-portal.local';

/**
 * Makes the first administrator when there is none, with a password that holds until the first sign-in, where it must be changed.
 * Returns what to print, or null when somebody can administer already.
 */
export async function ensureAdministrator(central: Central): Promise<{ email: string; password: string } | null> {
  const { storage, clock, people } = central;
  if (await hasAdministrator(storage.read)) return null;
  const password = oneTimePassword();
  const passwordHash = await hashPassword(people.hashing, password);
  const now = clock.now();
  const starter = theSystem('charge-portal');
  await storage.write([
    insertAccount({
      publicId: randomUUIDv7(),
      role: 'administrator',
      email: firstEmail,
      passwordHash,
      mustChangePassword: 1,
      firstName: '',
      lastName: '',
      createdAt: now,
      updatedAt: now,
      updatedBy: starter.name,
    }),
    audit(central, starter, { action: 'users.create', subject: firstEmail }),
  ]);
  return { email: firstEmail, password };
}
