import { randomUUIDv7 } from 'node:crypto';
import { insertNode, insertSystem } from '../../storage/nodes.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Clock, Settings } from '../central.ts';

const systemName = 'Charge Portal';

/** Makes the root of the tree in a new database. */
export async function ensureSystem(storage: Storage, clock: Clock, settings: Settings): Promise<void> {
  const root = await storage.read.selectFrom('nodes').select('id').where('kind', '=', 'system').executeTakeFirst();
  if (root) return;
  const now = clock.now();
  await storage.write([
    insertNode({
      publicId: randomUUIDv7(),
      kind: 'system',
      parentId: null,
      siteId: null,
      name: systemName,
      description: '',
      position: 0,
      version: 1,
      createdAt: now,
      updatedAt: now,
      updatedBy: null,
      removedAt: null,
    }),
    insertSystem({ name: systemName, description: '', timeZone: settings.defaultTimeZone, createdAt: now }),
  ]);
}
