import { expect, test } from 'vitest';
import { stations } from '../../shared/api/stations.ts';
import { trace } from '../../shared/api/trace.ts';
import { PageRequest } from '../../shared/model/table.ts';
import { DomainError } from '../domain/error.ts';
import { inputChecker } from './input.ts';

function fieldsOf(schema: Parameters<typeof inputChecker>[0], input: unknown) {
  try {
    inputChecker(schema)(input);
  } catch (error) {
    if (error instanceof DomainError) return error.fields;
    throw error;
  }
  return {};
}

test('a command is told what is wrong with it, not what other kinds would need', () => {
  const send = (request: object) => fieldsOf(stations.send.input, { stationId: 'S', request });
  expect(send({ kind: 'reset', mode: 'soft' })).toEqual({});
  expect(send({ kind: 'reset', mode: 'medium' })).toEqual({ 'request.mode': 'choice' });
  expect(send({ kind: 'reset' })).toEqual({ 'request.mode': 'required' });
  expect(send({ kind: 'rset', mode: 'soft' })).toEqual({ 'request.kind': 'choice' });
  expect(send({})).toEqual({ 'request.kind': 'required' });
  expect(send({ kind: 'reserve', connectorId: '1', idTag: 'A' })).toEqual({
    'request.connectorId': 'type',
    'request.expiresAt': 'required',
  });
  expect(send({ kind: 'getDiagnostics', location: 'nonsense' })).toEqual({ 'request.location': 'format' });
  const entries = [{ idTag: 'A' }, { idTag: 'B'.repeat(21), status: 'Odd' }];
  expect(send({ kind: 'sendLocalList', update: 'full', listVersion: 0, entries })).toEqual({
    ...{ 'request.listVersion': 'tooSmall', 'request.entries.1.idTag': 'tooLong', 'request.entries.1.status': 'choice' },
  });
});

test('nobody can give a command of their own a transfer of the daemon', () => {
  const own = { kind: 'updateFirmware', location: 'ftp://192.0.2.1/fw.bin', retrieveAt: 0 };
  const log = { kind: 'getDiagnostics', location: 'ftp://192.0.2.1/logs/' };
  for (const request of [own, log]) {
    const given = { stationId: 'S', request: { ...request, transfer: { id: 'T' } } };
    expect(inputChecker(stations.send.input)(given)).toEqual({ stationId: 'S', request });
  }
});

test('filters, lists, what may be null, and no object at all', () => {
  const filters = [
    { column: 'a', op: 'between', from: 'x' },
    { column: 'a', op: 'like' },
  ];
  expect(fieldsOf(PageRequest, { filters, sort: [], limit: 0 })).toEqual({
    ...{ limit: 'tooSmall', 'filters.0.from': 'type', 'filters.1.op': 'choice' },
  });
  expect(fieldsOf(trace.list.input, { stationId: 'S', limit: 10, verdicts: ['bad'] })).toEqual({ 'verdicts.0': 'choice' });
  expect(fieldsOf(stations.update.input, { stationId: 'S', version: 1, callBackOverride: 7 })).toEqual({
    callBackOverride: 'type',
  });
  expect(fieldsOf(trace.state.input, [])).toEqual({ '': 'type' });
});
