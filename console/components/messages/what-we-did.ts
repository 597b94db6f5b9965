import type { DeviationKind } from '../../../shared/model/deviation.ts';

/** What the daemon does with a message that breaks the protocol; texts `messages.did.<deed>`. */
export type Deed =
  | 'understood'
  | 'dropped'
  | 'kept'
  | 'refused'
  | 'ignored'
  | 'lineEnded'
  | 'turnedAway'
  | 'receiptTime'
  | 'asUtc'
  | 'answeredAsBefore'
  | 'asUnknown'
  | 'foundSession';

const deeds: Readonly<Record<DeviationKind, Deed>> = {
  noSubprotocol: 'understood',
  noCommonVersion: 'turnedAway',
  frameTooBig: 'lineEnded',
  invalidUtf8: 'understood',
  webSocket: 'lineEnded',
  soapXml: 'understood',
  soapVersion: 'understood',
  soapNamespace: 'understood',
  soapElement: 'understood',
  soapAction: 'understood',
  soapNoMessageId: 'understood',
  binaryFrame: 'understood',
  trailingBytes: 'dropped',
  unreadable: 'refused',
  unknownMessageType: 'ignored',
  messageTypeAsText: 'understood',
  idAsNumber: 'understood',
  idTooLong: 'understood',
  idUsedTwice: 'answeredAsBefore',
  extraElements: 'dropped',
  unknownAnswer: 'ignored',
  lateAnswer: 'ignored',
  unknownAction: 'refused',
  refused: 'refused',
  nullPayload: 'understood',
  nullMember: 'understood',
  unknownMember: 'dropped',
  memberSpelling: 'understood',
  memberMissing: 'understood',
  valueUnusable: 'dropped',
  itemDropped: 'dropped',
  singleNotList: 'understood',
  numberAsText: 'understood',
  textAsNumber: 'understood',
  commaDecimal: 'understood',
  fraction: 'understood',
  textTooLong: 'kept',
  enumSpelling: 'understood',
  unknownValue: 'kept',
  timeMissing: 'receiptTime',
  timeFormat: 'understood',
  timeWithoutZone: 'asUtc',
  timeUnusable: 'receiptTime',
  meterUnknown: 'asUnknown',
  transactionIdMissing: 'foundSession',
};

/** What was done about a deviation of this kind; null for one that this console does not know. */
export const deedOf = (kind: string): Deed | null => (deeds as Readonly<Record<string, Deed>>)[kind] ?? null;
