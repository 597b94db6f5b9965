import { type Static, Type } from 'typebox';
import { LocalListProgress, localListPlaces, localListStates } from '../model/local-list.ts';
import { NodeId } from '../model/node.ts';
import { mutation, query } from './contract.ts';

const nullableInteger = Type.Union([Type.Integer(), Type.Null()]);
const nullableString = Type.Union([Type.String(), Type.Null()]);

/** How the local authorisation list of a station stands. No message reads it, so it is what the station has accepted (FACTS §6.10). */
export const LocalListStatus = Type.Object({
  state: Type.Enum([...localListStates]),
  /** Whether changes of tags and accounts are sent by themselves. */
  automatic: Type.Boolean(),
  /** Version that the station accepted last; null: none from us. */
  version: nullableInteger,
  /** Entries that the station holds. */
  entries: Type.Integer(),
  /** Entries that it should hold, and how many of all are different, missing or too many. */
  wanted: Type.Integer(),
  changes: Type.Integer(),
  acceptedAt: nullableInteger,
  /** The last try, and the station's word on it, e.g. `Accepted`, `VersionMismatch`, `NoAnswer`. */
  triedAt: nullableInteger,
  triedBy: nullableString,
  answer: nullableString,
  /** The version that it told last when asked; 0: an empty list, -1: it keeps none. */
  toldVersion: nullableInteger,
  toldAt: nullableInteger,
  /** How far it is when it is on its way. */
  progress: Type.Union([LocalListProgress, Type.Null()]),
  /** What it says of itself: LocalAuthListMaxLength, SendLocalListMaxLength, LocalAuthListEnabled; null: not known. */
  maxEntries: nullableInteger,
  maxPerMessage: nullableInteger,
  enabled: Type.Union([Type.Boolean(), Type.Null()]),
});
export type LocalListStatus = Static<typeof LocalListStatus>;

/** One tag of a station's list, as it should be. */
export const LocalListRow = Type.Object({
  idTag: Type.String(),
  status: Type.Enum(['Accepted', 'Blocked', 'Expired', 'Invalid']),
  expiresAt: nullableInteger,
  parentIdTag: nullableString,
  userName: nullableString,
  /** Null as well for whom the account is none of their business. */
  email: nullableString,
  place: Type.Enum([...localListPlaces]),
});
export type LocalListRow = Static<typeof LocalListRow>;

/** The local authorisation list of a station: the tags of those who may charge there. */
export const localList = {
  get: query({
    about: 'How the local authorisation list of a station stands. It changes with the station: `stations.watch` tells when.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId }),
    output: LocalListStatus,
  }),
  entries: query({
    about: 'The tags of a station’s local authorisation list, by text; `after` is the last text of the page before.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({
      stationId: NodeId,
      after: Type.Optional(Type.String()),
      search: Type.Optional(Type.String({ maxLength: 100, description: 'In the tag (decimal or hex), its group, its user' })),
      differing: Type.Optional(Type.Boolean({ description: 'Only those that are not at the station as they should be' })),
      limit: Type.Integer({ minimum: 1, maximum: 500 }),
    }),
    output: Type.Object({ rows: Type.Array(LocalListRow), total: Type.Integer(), after: nullableString }),
  }),
  sendNow: mutation({
    about:
      'Sends a station what its local authorisation list lacks, or the whole list with `full`, or when nothing is lacking. Answers at once; how it goes is in `get`.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId, full: Type.Optional(Type.Boolean()) }),
    output: LocalListStatus,
  }),
  setAutomatic: mutation({
    about: 'Whether changes of tags and accounts are sent to a station by themselves, also when it comes back.',
    right: 'stations.configure',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId, automatic: Type.Boolean() }),
    output: LocalListStatus,
  }),
};
