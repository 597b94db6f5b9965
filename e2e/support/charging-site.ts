import type { Provision } from '../../shared/provision.ts';
import { type RawStation, rawStation } from './stations.ts';

export const administrator = { email: 'kari@fjordby.example', password: 'sommerfugl 7' };

const station = (name: string, chargeBoxId: string) => ({
  name,
  chargeBoxId,
  outlets: [
    { connectorId: 1, plug: 'type2' as const, mode: 'RFID' as const },
    { connectorId: 2, plug: 'type2' as const, mode: 'RFID' as const },
  ],
});

/** Two sites, three stations without passwords, two drivers with a tag each. */
export const chargingSite: Provision = {
  system: { name: 'Fjordby Parkering' },
  sites: [
    {
      name: 'Storgata',
      timeZone: 'Europe/Oslo',
      floors: [{ name: 'P1', stations: [station('P1-01', 'STG-01'), station('P1-02', 'STG-02')] }],
    },
    { name: 'Bryggen', timeZone: 'Europe/Oslo', stations: [station('B-01', 'BRY-01')] },
  ],
  users: [
    { role: 'administrator', ...administrator, firstName: 'Kari', lastName: 'Haugen' },
    {
      role: 'evUser',
      email: 'amina@fjordby.example',
      password: 'sommerfugl 8',
      firstName: 'Amina',
      lastName: 'Yusuf',
      rfid: ['04A1B2C3'],
    },
    {
      role: 'evUser',
      email: 'erik@fjordby.example',
      password: 'sommerfugl 9',
      firstName: 'Erik',
      lastName: 'Aas',
      rfid: ['0499AA'],
    },
  ],
};

/** A charge that is over, as a station reports it: `hours` long, with a meter value every quarter. */
export type PastCharge = Readonly<{
  connectorId: number;
  idTag: string;
  startedAt: number;
  hours: number;
  energyWh: number;
  reason?: string;
}>;

/** Connects a station and lets it boot; both outlets are free. */
export async function bootedStation(endpoint: string, chargeBoxId: string): Promise<RawStation> {
  const station = await rawStation(endpoint, chargeBoxId);
  await station.call('BootNotification', { chargePointVendor: 'Nordvolt', chargePointModel: 'T22', firmwareVersion: '4.12.3' });
  // The configuration is asked for after each boot; other calls would wait for its answer.
  await answerCall(station, 'GetConfiguration', { configurationKey: [] });
  for (const connectorId of [1, 2]) await report(station, connectorId, 'Available');
  return station;
}

export const report = (station: RawStation, connectorId: number, status: string, errorCode = 'NoError') =>
  station.call('StatusNotification', { connectorId, status, errorCode });

const iso = (at: number): string => new Date(at).toISOString();

/** Starts a transaction and resolves with its id. */
export async function startTransaction(
  station: RawStation,
  connectorId: number,
  idTag: string,
  at: number,
  meterStart = 100_000,
): Promise<number> {
  const answer = await station.call('StartTransaction', { connectorId, idTag, timestamp: iso(at), meterStart });
  const { transactionId } = answer[2] as { transactionId: number }; // The answer to a StartTransaction.
  return transactionId;
}

export const meterValues = (
  station: RawStation,
  connectorId: number,
  transactionId: number,
  at: number,
  energyWh: number,
  powerW: number,
) =>
  station.call('MeterValues', {
    connectorId,
    transactionId,
    meterValue: [
      {
        timestamp: iso(at),
        sampledValue: [
          { value: String(100_000 + energyWh), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
          { value: String(powerW), measurand: 'Power.Active.Import', unit: 'W' },
        ],
      },
    ],
  });

/** Reports a whole charge of the past; resolves with its transaction id. */
export async function charge(station: RawStation, past: PastCharge): Promise<number> {
  const { connectorId, idTag, startedAt, hours, energyWh, reason = 'EVDisconnected' } = past;
  const transactionId = await startTransaction(station, connectorId, idTag, startedAt);
  for (let quarter = 1; quarter < hours * 4; quarter++) {
    const part = quarter / (hours * 4);
    await meterValues(
      station,
      connectorId,
      transactionId,
      startedAt + part * hours * 3_600_000,
      Math.round(part * energyWh),
      Math.round(energyWh / hours),
    );
  }
  await station.call('StopTransaction', {
    transactionId,
    idTag,
    timestamp: iso(startedAt + hours * 3_600_000),
    meterStop: 100_000 + energyWh,
    reason,
  });
  await report(station, connectorId, 'Available');
  return transactionId;
}

/** Answers the next call of the given action with a result; resolves with its payload. */
export async function answerCall(station: RawStation, action: string, result: object): Promise<Record<string, unknown>> {
  const [, id, , payload] = await station.next((frame) => frame[0] === 2 && frame[2] === action);
  station.send(JSON.stringify([3, id, result]));
  return payload as Record<string, unknown>; // OCPP-J payloads are objects.
}
