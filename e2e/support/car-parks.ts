import type { Provision } from '../../shared/provision.ts';
import { administrator } from './charging-site.ts';

export const driver = { email: 'amina@fjordby.example', password: 'sommerfugl 8' };
export const keeper = { email: 'jonas@fjordby.example', password: 'sommerfugl 9' };

const station = (name: string, chargeBoxId: string) => ({
  name,
  chargeBoxId,
  outlets: [
    { connectorId: 1, mode: 'OPEN' as const },
    { connectorId: 2, mode: 'RFID' as const },
  ],
});

/** Two sites with four stations without passwords, and a person of each kind that sees another console. */
export const carParks: Provision = {
  system: { name: 'Fjordby Parkering' },
  sites: [
    {
      name: 'Storgata P-hus',
      address: { text: 'Storgata 14, 0155 Fjordby' },
      timeZone: 'Europe/Oslo',
      floors: [
        { name: 'P1', stations: [station('P1-01', 'STG-P1-01'), station('P1-02', 'STG-P1-02')] },
        { name: 'P2', stations: [station('P2-01', 'STG-P2-01')] },
      ],
    },
    { name: 'Bryggen P-hus', timeZone: 'Europe/Oslo', stations: [station('B-01', 'BRY-01')] },
  ],
  users: [
    { role: 'administrator' as const, ...administrator, firstName: 'Kari', lastName: 'Haugen' },
    { role: 'evUser' as const, ...driver, firstName: 'Amina', lastName: 'Yusuf', rfid: ['04A1B2C3'] },
    { role: 'siteAdministrator' as const, ...keeper, firstName: 'Jonas', lastName: 'Lindqvist', sites: ['Bryggen P-hus'] },
  ],
};
