import { randomUUIDv7 } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Command, CommandState, StationRequest } from '../../../shared/model/command.ts';
import { insertCommand } from '../../storage/commands.ts';
import type { Statement } from '../../storage/storage.ts';
import type { CommandsTable } from '../../storage/tables.ts';
import type { Central } from '../central.ts';
import type { Station } from '../station/station.ts';
import type { Person } from '../user/person.ts';
import { ruleFor } from './rules.ts';

/** A command that somebody has just asked for. */
export const newCommand = (
  central: Central,
  person: Person,
  station: Station,
  request: StationRequest,
  more: Partial<Pick<Command, 'state' | 'waitUntil' | 'batchId'>> = {},
): Command => ({
  id: randomUUIDv7(),
  stationId: station.publicId,
  request: ruleFor(request).shown(request),
  state: 'queued',
  answer: null,
  detail: null,
  byName: person.name,
  waitUntil: null,
  batchId: null,
  queuedAt: central.clock.now(),
  sentAt: null,
  answeredAt: null,
  doneAt: null,
  ...more,
});

/** A command as it is on disk. */
export const commandOfRow = (row: Omit<Selectable<CommandsTable>, 'id'>, station: Pick<Station, 'publicId'>): Command => ({
  id: row.publicId,
  stationId: station.publicId,
  request: JSON.parse(row.request) as StationRequest, // Stored from one that had passed its schema.
  state: row.state as CommandState, // Only the rule of commands writes it.
  answer: row.answer,
  detail: row.detail === null ? null : JSON.parse(row.detail),
  byName: row.byName,
  waitUntil: row.waitUntil,
  batchId: row.batchId,
  queuedAt: row.queuedAt,
  sentAt: row.sentAt,
  answeredAt: row.answeredAt,
  doneAt: row.doneAt,
});

/** The statement that stores it. */
export const storedCommand = (station: Station, command: Command): Statement =>
  insertCommand({
    publicId: command.id,
    stationId: station.id,
    request: JSON.stringify(command.request),
    state: command.state,
    answer: null,
    detail: null,
    byName: command.byName,
    waitUntil: command.waitUntil,
    batchId: command.batchId,
    queuedAt: command.queuedAt,
    sentAt: null,
    answeredAt: null,
    doneAt: null,
  });
