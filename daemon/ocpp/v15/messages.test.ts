import { afterEach, expect, test } from 'vitest';
import type { StationRequest } from '../../../shared/model/command.ts';
import type { StationAnswer } from '../../domain/station/station.ts';
import { type TestCentral, testCentral } from '../../domain/testing.ts';
import { dispatch } from '../dispatch.ts';
import { repair } from '../repair.ts';
import { readPayload, writePayload } from '../soap/payload.ts';
import { ocpp15 } from '../soap/versions.ts';
import { parseXml } from '../soap/xml.ts';

// Every message of OCPP 1.5 as it stands in a body, for a copy without the official descriptions (soap/official.test.ts).

let made: TestCentral | null = null;
afterEach(async () => {
  await made?.close();
  made = null;
});
const { incoming, outgoing } = ocpp15.dispatcher;
const prepared = <Action>(actions: ReadonlyMap<string, Action>, key: string): Action => {
  const action = actions.get(key);
  if (!action) throw new Error(`no ${key} in OCPP 1.5`);
  return action;
};
const parsed = (members: string) => parseXml(`<m>${members}</m>`);

const at = Date.parse('2026-11-22T12:00:00Z');
const text = '2026-11-22T12:00:00.000Z';
const boot =
  '<chargePointVendor>V</chargePointVendor><chargePointModel>M</chargePointModel><chargePointSerialNumber>S</chargePointSerialNumber><chargeBoxSerialNumber>B</chargeBoxSerialNumber><firmwareVersion>1</firmwareVersion><iccid>I</iccid><imsi>J</imsi><meterType>T</meterType><meterSerialNumber>N</meterSerialNumber>';
const reading = `<timestamp>${text}</timestamp><value context="Transaction.End" format="Raw" measurand="Power.Active.Import" location="Outlet" unit="kW">7.4</value><value>1500</value>`;
const accepted = '<ns:idTagInfo><ns:status>Accepted</ns:status></ns:idTagInfo>';

const fromStations: [string, string, string | RegExp][] = [
  ['Authorize', '<idTag>04A1B2</idTag>', accepted],
  [
    'BootNotification',
    boot,
    /^<ns:status>Accepted<\/ns:status><ns:currentTime>2026-11-22T12:00:00.000Z<\/ns:currentTime><ns:heartbeatInterval>\d+<\/ns:heartbeatInterval>$/,
  ],
  [
    'DataTransfer',
    '<vendorId>org.example</vendorId><messageId>m</messageId><data> x </data>',
    '<ns:status>UnknownVendorId</ns:status>',
  ],
  ['DiagnosticsStatusNotification', '<status>UploadFailed</status>', ''],
  ['FirmwareStatusNotification', '<status>InstallationFailed</status>', ''],
  ['Heartbeat', '', `<ns:currentTime>${text}</ns:currentTime>`],
  ['MeterValues', `<connectorId>1</connectorId><transactionId>1</transactionId><values>${reading}</values>`, ''],
  [
    'StartTransaction',
    `<connectorId>1</connectorId><idTag>04A1B2</idTag><timestamp>${text}</timestamp><meterStart>1000</meterStart><reservationId>7</reservationId>`,
    `<ns:transactionId>1</ns:transactionId>${accepted}`,
  ],
  [
    'StatusNotification',
    `<connectorId>1</connectorId><status>Occupied</status><errorCode>Mode3Error</errorCode><info>i</info><timestamp>${text}</timestamp><vendorId>v</vendorId><vendorErrorCode>e</vendorErrorCode>`,
    '',
  ],
  [
    'StopTransaction',
    `<transactionId>1</transactionId><idTag>04A1B2</idTag><timestamp>${text}</timestamp><meterStop>1500</meterStop><transactionData><values>${reading}</values></transactionData>`,
    accepted,
  ],
];

test.each(fromStations)('%s of a station is taken as it is, and answered in the words of 1.5', async (name, members, answer) => {
  made = await testCentral({ tags: ['04A1B2'] });
  const { action, check } = prepared(incoming, name);
  const payload = readPayload(action.request, parsed(members));
  expect(check.Check(payload)).toBe(true);
  const confirmation = await dispatch(made.central, made.station, ocpp15.dispatcher, name, payload, () => false);
  const written = writePayload(action.confirmation, confirmation, 'ns');
  if (typeof answer === 'string') expect(written).toBe(answer);
  else expect(written).toMatch(answer);
});

const status = (word: string) => `<status>${word}</status>`;
const yes: StationAnswer = { outcome: 'accepted', answer: 'Accepted' };
const no = (answer: string): StationAnswer => ({ outcome: 'rejected', answer });

const toStations: [StationRequest, string, string, StationAnswer][] = [
  [{ kind: 'cancelReservation', reservationId: 9 }, '<reservationId>9</reservationId>', status('Rejected'), no('Rejected')],
  [
    { kind: 'changeAvailability', connectorId: 0, operative: false },
    '<connectorId>0</connectorId><type>Inoperative</type>',
    status('Scheduled'),
    { outcome: 'accepted', answer: 'Scheduled' },
  ],
  [
    { kind: 'changeConfiguration', key: 'HeartBeatInterval', value: '300' },
    '<key>HeartBeatInterval</key><value>300</value>',
    status('NotSupported'),
    no('NotSupported'),
  ],
  [{ kind: 'clearCache' }, '', status('Accepted'), yes],
  [
    { kind: 'dataTransfer', vendorId: 'v', messageId: 'm', data: '<x>' },
    '<vendorId>v</vendorId><messageId>m</messageId><data>&lt;x&gt;</data>',
    `${status('Accepted')}<data> y </data>`,
    { ...yes, detail: { data: ' y ' } },
  ],
  [
    { kind: 'getConfiguration', keys: ['HeartBeatInterval', 'Odd'] },
    '<key>HeartBeatInterval</key><key>Odd</key>',
    '<configurationKey><key>HeartBeatInterval</key><readonly>false</readonly><value>300</value></configurationKey><unknownKey>Odd</unknownKey>',
    { ...yes, detail: { keys: [{ key: 'HeartBeatInterval', readonly: false, value: '300' }], unknown: ['Odd'] } },
  ],
  [
    { kind: 'getDiagnostics', location: 'ftp://h/', from: at, until: at, retries: 2, retryIntervalS: 60 },
    `<location>ftp://h/</location><startTime>${text}</startTime><stopTime>${text}</stopTime><retries>2</retries><retryInterval>60</retryInterval>`,
    '<fileName>log.zip</fileName>',
    { ...yes, detail: { fileName: 'log.zip' } },
  ],
  [
    { kind: 'getLocalListVersion' },
    '',
    '<listVersion>-1</listVersion>',
    { outcome: 'accepted', answer: '-1', detail: { listVersion: -1 } },
  ],
  [
    { kind: 'remoteStart', connectorId: 2, idTag: '04A1B2' },
    '<idTag>04A1B2</idTag><connectorId>2</connectorId>',
    status('Rejected'),
    no('Rejected'),
  ],
  [{ kind: 'remoteStop', transactionId: 7 }, '<transactionId>7</transactionId>', status('Accepted'), yes],
  [
    { kind: 'reserve', connectorId: 1, idTag: 'A', parentIdTag: 'P', expiresAt: at, reservationId: 9 },
    `<connectorId>1</connectorId><expiryDate>${text}</expiryDate><idTag>A</idTag><parentIdTag>P</parentIdTag><reservationId>9</reservationId>`,
    status('Occupied'),
    no('Occupied'),
  ],
  [{ kind: 'reset', mode: 'hard' }, '<type>Hard</type>', status('Accepted'), yes],
  [
    {
      kind: 'sendLocalList',
      update: 'differential',
      listVersion: 4,
      entries: [{ idTag: 'A', status: 'Blocked', expiresAt: at, parentIdTag: 'P' }, { idTag: 'B' }],
    },
    `<updateType>Differential</updateType><listVersion>4</listVersion><localAuthorisationList><idTag>A</idTag><idTagInfo><status>Blocked</status><expiryDate>${text}</expiryDate><parentIdTag>P</parentIdTag></idTagInfo></localAuthorisationList><localAuthorisationList><idTag>B</idTag></localAuthorisationList>`,
    `${status('HashError')}<hash>00ff</hash>`,
    no('HashError'),
  ],
  [{ kind: 'unlock', connectorId: 1 }, '<connectorId>1</connectorId>', status('Accepted'), yes],
  [
    { kind: 'updateFirmware', location: 'ftp://h/f', retrieveAt: at, retries: 3, retryIntervalS: 60 },
    `<retrieveDate>${text}</retrieveDate><location>ftp://h/f</location><retries>3</retries><retryInterval>60</retryInterval>`,
    '',
    yes,
  ],
];

test.each(toStations)(
  '$kind goes out in the words of 1.5, and what comes back is understood',
  (request, members, answer, meant) => {
    const { action, check } = prepared(outgoing, request.kind);
    // The action was looked up by the kind of the request.
    const written = writePayload(action.request, action.toWire(request as never) as object, 'ns');
    expect(written.replaceAll('ns:', '')).toBe(members);
    const payload = readPayload(action.confirmation, parsed(answer));
    expect(check.Check(payload)).toBe(true);
    expect(action.fromWire(payload as never)).toEqual(meant);
  },
);

test.each<[StationRequest['kind'], string, string]>([
  ['unlock', 'Unlocked', 'Accepted'],
  ['unlock', 'NotSupported', 'Rejected'],
  ['changeConfiguration', 'RebootRequired', 'Accepted'],
])('%s answered in the words of 1.6, %s, counts as %s', (kind, word, meant) => {
  const { action } = prepared(outgoing, kind);
  expect(repair(action.confirmation, readPayload(action.confirmation, parsed(status(word)))).value).toEqual({ status: meant });
});

test('all 25 messages of OCPP 1.5 are there, and nothing that 1.6 added', () => {
  expect([incoming.size, outgoing.size]).toEqual([10, 15]);
  expect(new Set(fromStations.map(([name]) => name))).toEqual(new Set(incoming.keys()));
  expect(new Set(toStations.map(([{ kind }]) => kind))).toEqual(new Set(outgoing.keys()));
});
