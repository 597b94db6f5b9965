import type { Static, TSchema } from 'typebox';
import type { StationRequest } from '../../shared/model/command.ts';
import type { Central } from '../domain/central.ts';
import type { Station, StationAnswer } from '../domain/station/station.ts';

/** An action that stations send: two shapes on the wire, and what the domain makes of them. */
export type Incoming<Request extends TSchema = TSchema, Confirmation extends TSchema = TSchema> = Readonly<{
  direction: 'incoming';
  request: Request;
  confirmation: Confirmation;
  /** Concerns money (start, stop, meter values): answered with success whatever its content (FACTS §6.5). */
  transactional?: boolean;
  /** Allowed before the station is accepted (OCPP-J errata 3.8): only BootNotification is. */
  beforeAcceptance?: boolean;
  handle(central: Central, station: Station, request: Static<Request>): Promise<Static<Confirmation>>;
}>;

/** An action that we send. `kind` is the domain's request that it carries. */
export type Outgoing<
  Kind extends StationRequest['kind'] = StationRequest['kind'],
  Request extends TSchema = TSchema,
  Confirmation extends TSchema = TSchema,
> = Readonly<{
  direction: 'outgoing';
  kind: Kind;
  request: Request;
  confirmation: Confirmation;
  toWire(request: Extract<StationRequest, { kind: Kind }>): Static<Request>;
  fromWire(confirmation: Static<Confirmation>): StationAnswer;
}>;

export const incoming = <Q extends TSchema, C extends TSchema>(action: Omit<Incoming<Q, C>, 'direction'>): Incoming<Q, C> => ({
  direction: 'incoming',
  ...action,
});

export const outgoing = <K extends StationRequest['kind'], Q extends TSchema, C extends TSchema>(
  action: Omit<Outgoing<K, Q, C>, 'direction'>,
): Outgoing<K, Q, C> => ({ direction: 'outgoing', ...action });

/** The messages of one version of OCPP by direction and name; DataTransfer goes both ways. */
export type Actions = Readonly<{
  incoming: Readonly<Record<string, Incoming>>;
  outgoing: Readonly<Record<string, Outgoing>>;
}>;

/** A station's answer that is one word: accepted when it is one of those given (`Accepted` alone when none is). */
export function acceptedOrRejected(status: string, ...accepting: readonly string[]): StationAnswer {
  const accepted = accepting.length === 0 ? status === 'Accepted' : accepting.includes(status);
  return { outcome: accepted ? 'accepted' : 'rejected', answer: status };
}
