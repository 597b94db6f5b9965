import { type Static, Type } from 'typebox';

/**
 * How the local authorisation list of a station stands:
 * `off` it was never given one, and none is sent by itself · `inStep` it holds what it should · `behind` changes wait to be sent ·
 * `sending` · `failed` it did not take the last one, not even whole · `tooLong` more tags than it can hold · `lost` it tells another
 * version than it accepted · `switchedOff` it has a list, and does not use it · `notSupported` it says that it has no list.
 */
export const localListStates = [
  'off',
  'inStep',
  'behind',
  'sending',
  'failed',
  'tooLong',
  'lost',
  'switchedOff',
  'notSupported',
] as const;
export type LocalListState = (typeof localListStates)[number];

/** A list on its way: how many of its entries the station has accepted so far. A long one goes in several messages. */
export const LocalListProgress = Type.Object({
  update: Type.Enum(['full', 'differential']),
  sent: Type.Integer(),
  total: Type.Integer(),
});
export type LocalListProgress = Static<typeof LocalListProgress>;

/** How an entry of the list stands: as it should be at the station, not yet there, there with another content, still there though it should go. */
export const localListPlaces = ['same', 'missing', 'differs', 'goes'] as const;
export type LocalListPlace = (typeof localListPlaces)[number];
