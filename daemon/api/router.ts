import { accountRouter } from './account.ts';
import { diagnosticsRouter, fileServerRouter, firmwareRouter } from './files.ts';
import { localListRouter } from './local-list.ts';
import { t } from './procedure.ts';
import { sessionsRouter } from './sessions.ts';
import { stationsRouter } from './stations.ts';
import { systemRouter } from './system.ts';
import { traceRouter } from './trace.ts';
import { treeRouter } from './tree.ts';
import { usersRouter } from './users.ts';

/** The whole API; `shared/api/api.ts` has its contract. */
export const router = t.router({
  account: accountRouter,
  diagnostics: diagnosticsRouter,
  fileServer: fileServerRouter,
  firmware: firmwareRouter,
  localList: localListRouter,
  sessions: sessionsRouter,
  stations: stationsRouter,
  system: systemRouter,
  trace: traceRouter,
  tree: treeRouter,
  users: usersRouter,
});
