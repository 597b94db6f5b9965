import { configurationHelp, readConfiguration } from './config.ts';
import { askDaemon } from './control.ts';
import {
  checkCertificates,
  checkClock,
  checkConsole,
  checkDatabase,
  checkDataFolder,
  checkPorts,
  type Finding,
} from './doctor-checks.ts';

const marks: Readonly<Record<Finding['state'], string>> = { ok: '  ok       ', warning: '  warning  ', problem: '  PROBLEM  ' };

/** `charge-portal doctor`: looks at everything the daemon needs and says what to do. Resolves with 1 when something is a problem. */
export async function doctor(flags: readonly string[]): Promise<number> {
  if (flags.includes('--help')) {
    console.log(`charge-portal doctor takes the keys of serve, so that it looks at the same places.\n\n${configurationHelp()}`);
    return 0;
  }
  const configuration = readConfiguration(flags, process.env);
  const daemon = await askDaemon(configuration.data, { ask: 'status' });
  const running = daemon && 'ports' in daemon && Array.isArray(daemon.ports) ? daemon.ports : [];
  console.log(
    daemon && 'pid' in daemon
      ? `A daemon runs on ${configuration.data} (process ${daemon.pid}).`
      : `No daemon runs on ${configuration.data}.`,
  );

  const findings = [
    ...checkDataFolder(configuration),
    ...(await checkPorts(configuration, running)),
    ...(await checkClock(configuration)),
    ...checkCertificates(configuration),
    checkDatabase(configuration),
    checkConsole(),
  ];
  for (const { state, what, advice } of findings)
    console.log(`${marks[state]}${what}${advice ? `\n             → ${advice}` : ''}`);
  const problems = findings.filter((finding) => finding.state === 'problem').length;
  console.log(problems === 0 ? 'Nothing keeps the daemon from working.' : `${problems} to be solved.`);
  return problems === 0 ? 0 : 1;
}
