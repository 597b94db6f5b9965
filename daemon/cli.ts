import process from 'node:process';

type Command = Readonly<{ about: string; run(args: readonly string[]): Promise<number> }>;

/** Each is loaded only when it is called, so that none waits for the packages of another. */
const commands: Readonly<Record<string, Command>> = {
  serve: {
    about: 'Runs the daemon. serve --help lists every key of the configuration.',
    run: async (flags) => (await import('./serve.ts')).serve(flags),
  },
  doctor: {
    about: 'Checks ports, disk, clock, certificates and database, and says what to do.',
    run: async (flags) => (await import('./doctor.ts')).doctor(flags),
  },
  'reset-password': {
    about: 'Gives an account a new one-time password.',
    run: async (args) => (await import('./reset-password.ts')).resetPassword(args),
  },
  api: {
    about: 'Calls a procedure of a running daemon; without arguments lists them.',
    run: async (args) => (await import('./api-command.ts')).api(args),
  },
  simulate: {
    about: 'Runs virtual charging stations against a daemon.',
    run: async (args) => (await import('../simulator/command.ts')).simulate(args),
  },
};

const help = () =>
  ['charge-portal <command>', '', ...Object.entries(commands).map(([name, { about }]) => `  ${name.padEnd(15)} ${about}`)].join(
    '\n',
  );

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(help());
    return name === undefined ? 2 : 0;
  }
  const command = commands[name];
  if (!command) {
    console.error(`"${name}" is no command.\n\n${help()}`);
    return 2;
  }
  try {
    return await command.run(args);
  } catch (error) {
    console.error(reason(error));
    return 1;
  }
}

/** What people or the machine did wrong, in its sentence; a defect of ours with the place where it happened. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Errors for people carry a code, as those of the operating system do. Codes of Node's own tell of wrong programs, except on flags.
  const code = 'code' in error ? String(error.code) : 'ERR_';
  const isForPeople = !code.startsWith('ERR_') || code.startsWith('ERR_PARSE_ARGS');
  return isForPeople ? error.message : (error.stack ?? error.message);
}

process.exitCode = await run(process.argv.slice(2));
