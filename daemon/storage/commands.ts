import { type Insertable, type Kysely, sql, type Updateable } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { CommandsTable, Tables } from './tables.ts';

export const insertCommand = (command: Insertable<CommandsTable>): Statement =>
  statement(db.insertInto('commands').values(command));

export const updateCommand = (publicId: string, set: Updateable<CommandsTable>): Statement =>
  statement(db.updateTable('commands').set(set).where('publicId', '=', publicId));

/** What was under way when the daemon stopped has no one left who waits for its answer; `but` are the ids of those that have. */
export const failInterruptedCommands = (at: number, detail: string, but: readonly string[]): Statement =>
  statement(
    db
      .updateTable('commands')
      .set({ state: 'failed', detail, doneAt: at })
      .where((eb) =>
        eb.or([eb('state', 'in', ['queued', 'sent']), eb.and([eb('state', '=', 'accepted'), eb('doneAt', 'is', null)])]),
      )
      .where('publicId', 'not in', [...but]),
  );

/** Commands whose stations have agreed and not yet done it. */
export const acceptedCommands = (read: Kysely<Tables>) =>
  read.selectFrom('commands').selectAll().where('state', '=', 'accepted').where('doneAt', 'is', null).execute();

export const commandByPublicId = (read: Kysely<Tables>, publicId: string) =>
  read.selectFrom('commands').selectAll().where('publicId', '=', publicId).executeTakeFirst();

/** The keys that a station said since a time to use only after a reboot. */
export const keysForReboot = (read: Kysely<Tables>, stationId: number, since: number) =>
  read
    .selectFrom('commands')
    .select(sql<string>`request ->> '$.key'`.as('key'))
    .distinct()
    .where('stationId', '=', stationId)
    .where('answer', '=', 'RebootRequired')
    .where('answeredAt', '>', since)
    .execute();

/** Commands that wait for their stations, the oldest first. */
export const waitingCommands = (read: Kysely<Tables>) =>
  read.selectFrom('commands').selectAll().where('state', '=', 'waiting').orderBy('id').execute();
