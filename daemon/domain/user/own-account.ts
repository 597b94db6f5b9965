import type { AccountSettings } from '../../../shared/api/account.ts';
import { accountById, updateOwnAccount } from '../../storage/accounts.ts';
import { ConstraintError } from '../../storage/errors.ts';
import { deleteSignInsOf } from '../../storage/sign-ins.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { audit } from './audit.ts';
import { hashPassword, requireGoodPassword } from './password.ts';
import type { Person } from './person.ts';
import { accountChanged, requirePassword } from './sign-in.ts';
import { requireTimeZone } from './time-zone.ts';

/** The account of the person who calls. An access token has none, and is refused with `accountUnknown`. */
export async function ownAccount(central: Central, person: Person) {
  const account = person.accountId === null ? undefined : await accountById(central.storage.read, person.accountId);
  if (!account) throw new DomainError('accountUnknown');
  return account;
}

/** Sets a new password; the old one is asked for, and every other sign-in session of the account ends (PRODUCT M3). */
export async function changePassword(
  central: Central,
  person: Person,
  { oldPassword, newPassword }: Readonly<{ oldPassword: string; newPassword: string }>,
): Promise<void> {
  const account = await ownAccount(central, person);
  requireGoodPassword(newPassword, 'newPassword');
  await requirePassword(central, person, account.passwordHash, oldPassword, 'oldPassword');
  if (newPassword === oldPassword) throw new DomainError('passwordTooWeak', { reason: 'same' }, { newPassword: 'same' });
  const passwordHash = await hashPassword(central.people.hashing, newPassword);
  await central.storage.write([
    updateOwnAccount(account.id, { passwordHash, mustChangePassword: 0 }),
    deleteSignInsOf(account.id, person.signInId),
    audit(central, person, { action: 'account.changePassword', subject: account.email }),
  ]);
  accountChanged(central, account.id);
}

/** Sets a new e-mail address; refuses one that another account has with `emailTaken`. */
export async function changeEmail(
  central: Central,
  person: Person,
  { email, password }: Readonly<{ email: string; password: string }>,
): Promise<void> {
  const account = await ownAccount(central, person);
  await requirePassword(central, person, account.passwordHash, password, 'password');
  await central.storage
    .write([
      updateOwnAccount(account.id, { email }),
      audit(central, person, {
        action: 'account.changeEmail',
        subject: email,
        before: { email: account.email },
        after: { email },
      }),
    ])
    .catch((error: unknown) => {
      throw emailRefusal(error, email);
    });
  accountChanged(central, account.id);
}

/** What a broken rule about accounts means. */
export function emailRefusal(error: unknown, email: string): unknown {
  if (error instanceof ConstraintError && error.constraint === 'accountEmail') {
    return new DomainError('emailTaken', { email }, { email: 'taken' });
  }
  return error;
}

/** Keeps the settings given and leaves the others (PRODUCT M3). */
export async function saveSettings(central: Central, person: Person, settings: Partial<AccountSettings>): Promise<void> {
  const account = await ownAccount(central, person);
  if (settings.timeZone) requireTimeZone(settings.timeZone, 'timeZone');
  if (Object.keys(settings).length === 0) return;
  const { language, theme, timeZone } = account;
  await central.storage.write([
    updateOwnAccount(account.id, settings),
    audit(central, person, {
      action: 'account.saveSettings',
      subject: account.email,
      before: { language, theme, timeZone },
      after: settings,
    }),
  ]);
}
