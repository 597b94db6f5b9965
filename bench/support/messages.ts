/** What the stations of a measurement say. */

export const identityOf = (station: number) => `BENCH-${String(station).padStart(5, '0')}`;

/** Each station has an address of its own on the loopback network, so that they count as different ones. */
export const addressOf = (station: number) => `127.${1 + (station >> 16)}.${(station >> 8) & 255}.${1 + (station & 127)}`;

export const call = (id: number | string, action: string, payload: unknown) => JSON.stringify([2, String(id), action, payload]);

export const boot = { chargePointVendor: 'Bench', chargePointModel: 'Line', firmwareVersion: '1.0' };

/** Some 700 bytes, as a station with a three-phase meter sends them: four measurands of one moment, all kept. */
export function meterValues(transactionId: number, at: number, energyWh: number): unknown {
  const value = (measurand: string, unit: string, text: string) => ({
    value: text,
    context: 'Sample.Periodic',
    format: 'Raw',
    measurand,
    location: 'Outlet',
    unit,
  });
  return {
    connectorId: 1,
    transactionId,
    meterValue: [
      {
        timestamp: new Date(at).toISOString(),
        sampledValue: [
          value('Energy.Active.Import.Register', 'Wh', String(energyWh)),
          value('Power.Active.Import', 'W', '11040'),
          value('Current.Import', 'A', '16.0'),
          value('Voltage', 'V', '230.0'),
          value('Temperature', 'Celsius', '31.5'),
        ],
      },
    ],
  };
}
