// npm start: installs and builds what is missing, then hands over to the daemon with all flags.
import { buildConsole, install } from './prepare.mjs';

install();
buildConsole();
process.argv.splice(2, 0, 'serve');
import('../daemon/charge-portal.mjs');
