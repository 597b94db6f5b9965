// Builds the console if its sources have changed: npm run build.
import { buildConsole, install } from './prepare.mjs';

install();
buildConsole();
