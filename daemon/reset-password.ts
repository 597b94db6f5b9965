import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readConfiguration } from './config.ts';
import { askDaemon, type ControlAnswer, holdDataFolder } from './control.ts';
import { DomainError } from './domain/error.ts';
import { openCentral } from './domain/open-central.ts';
import { resetPassword as reset } from './domain/user/reset-password.ts';
import { openLog } from './log.ts';
import { databaseFile, settingsOf } from './settings.ts';
import { openStorage } from './storage/open.ts';

const help = `charge-portal reset-password <e-mail> [--data DIR]

Gives an account a new one-time password, which must be changed at the next sign-in, and ends its sign-in sessions.
Works while the daemon runs and while it does not. Whoever may write to the data folder may do this.`;

/** `charge-portal reset-password`. Resolves with the exit code. */
export async function resetPassword(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { data: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const [email] = positionals;
  if (values.help || email === undefined) {
    console.log(help);
    return values.help ? 0 : 2;
  }
  const configuration = readConfiguration(values.data === undefined ? [] : ['--data', values.data], process.env);
  const answer =
    (await askDaemon(configuration.data, { ask: 'resetPassword', email })) ?? (await resetWithoutDaemon(configuration, email));
  if ('password' in answer) {
    console.log(
      `The one-time password of ${email} is ${answer.password}\nIt is shown this once, and must be changed at the next sign-in.`,
    );
    return 0;
  }
  console.error(answer.error === 'accountUnknown' ? `There is no account with the e-mail address ${email}.` : answer.error);
  return 1;
}

async function resetWithoutDaemon(configuration: ReturnType<typeof readConfiguration>, email: string): Promise<ControlAnswer> {
  const file = databaseFile(configuration.data);
  if (!existsSync(file)) return { error: `There is no database in ${configuration.data}.` };
  await using open = new AsyncDisposableStack();
  // So that no daemon starts meanwhile.
  const held = await holdDataFolder(configuration.data, async () => ({
    error: 'A password is being reset; try again in a moment.',
  }));
  open.defer(() => held.close());
  const log = openLog('error');
  const storage = await openStorage({ file, log });
  open.defer(() => storage.close());
  const central = await openCentral({ storage, clock: { now: Date.now }, log, settings: settingsOf(configuration) });
  open.defer(() => central.close());
  try {
    return { password: await reset(central, email) };
  } catch (error) {
    if (error instanceof DomainError) return { error: error.code };
    throw error;
  }
}
