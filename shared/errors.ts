/**
 * Every refusal that people or programs can meet. Texts: `errors.<code>` in the locales, with `facts` as their placeholders.
 * A border (API, OCPP, HTTP) maps each code in one table, so that a new code does not compile until every border knows it.
 */
export const errorCodes = [
  'inputInvalid',
  'procedureUnknown',
  'notSignedIn',
  'signInRefused',
  'signInLocked',
  'passwordMustChange',
  'passwordTooWeak',
  'passwordWrong',
  'rightMissing',
  'originRefused',
  'nodeUnknown',
  'nodeRemoved',
  'nodeHasChildren',
  'nodeKindRefused',
  'nameTaken',
  'chargeBoxIdTaken',
  'chargeBoxIdInvalid',
  'connectorTaken',
  'emailTaken',
  'tagTaken',
  'accountUnknown',
  'lastAdministrator',
  'tagUnknown',
  'tokenUnknown',
  'sessionUnknown',
  'sessionNotOpen',
  'commandUnknown',
  'changedMeanwhile',
  'stationOffline',
  'stationNotAccepted',
  'notSupportedByStation',
  'stationBusy',
  'tooManyRequests',
  'rowTooOld',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** What an error tells beside its code: the field concerned, names and numbers for its text. Never secrets. */
export type ErrorFacts = Readonly<Record<string, string | number>>;

/** The shape in which the API hands an error to its clients. */
export type ApiError = Readonly<{ code: ErrorCode; facts: ErrorFacts; fields?: Readonly<Record<string, string>> }>;
