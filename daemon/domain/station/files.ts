import { updateStation } from '../../storage/stations.ts';
import type { Central } from '../central.ts';
import { tellDeed } from '../command/proof.ts';
import { followExternal } from '../files/outcome.ts';
import { followStatus } from '../files/progress.ts';
import { stationEvent } from './event.ts';
import type { Station } from './station.ts';

/** How far a firmware update has come, in the station's word. */
export const reportFirmwareStatus = (central: Central, station: Station, status: string): Promise<void> =>
  report(central, station, 'firmwareStatus', status);

/** How far an upload of diagnostics has come, in the station's word. */
export const reportDiagnosticsStatus = (central: Central, station: Station, status: string): Promise<void> =>
  report(central, station, 'diagnosticsStatus', status);

async function report(central: Central, station: Station, what: 'firmwareStatus' | 'diagnosticsStatus', status: string) {
  const followed = await followStatus(central, station, what === 'firmwareStatus' ? 'firmware' : 'diagnostics', status);
  await central.storage.write([
    ...(followed?.unit ?? []),
    updateStation(station.id, { [what]: status }),
    stationEvent(central, station, {
      kind: `station.${what}`,
      severity: /fail/i.test(status) ? 'warning' : 'info',
      data: { status },
    }),
  ]);
  central.publish({ kind: 'station.changed', stationId: station.id });
  if (followed)
    void followExternal(central, station, followed.transfer, status).catch((err) =>
      station.log.error({ err }, 'files not taken from the external server'),
    );
  tellDeed(central.proofs, station.id, { did: what === 'firmwareStatus' ? 'firmware' : 'diagnostics', status });
}
