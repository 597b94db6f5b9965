import { randomUUIDv7 } from 'node:crypto';
import type { Command, StationRequest } from '../../../shared/model/command.ts';
import { insertCommand } from '../../storage/commands.ts';
import type { Statement } from '../../storage/storage.ts';
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
