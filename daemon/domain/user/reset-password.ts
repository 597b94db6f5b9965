import { accountByEmail, updateOwnAccount } from '../../storage/accounts.ts';
import { deleteSignInsOf } from '../../storage/sign-ins.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { audit } from './audit.ts';
import { hashPassword, oneTimePassword } from './password.ts';
import { theSystem } from './person.ts';
import { accountChanged } from './sign-in.ts';

/** Gives an account a new one-time password, which must be changed at the next sign-in, and ends all its sign-in sessions. */
export async function resetPassword(central: Central, email: string): Promise<string> {
  const account = await accountByEmail(central.storage.read, email);
  if (!account) throw new DomainError('accountUnknown', { email });
  const password = oneTimePassword();
  const passwordHash = await hashPassword(central.people.hashing, password);
  await central.storage.write([
    updateOwnAccount(account.id, { passwordHash, mustChangePassword: 1 }),
    deleteSignInsOf(account.id, null),
    audit(central, theSystem('charge-portal reset-password'), { action: 'account.resetPassword', subject: account.email }),
  ]);
  accountChanged(central, account.id);
  return password;
}
