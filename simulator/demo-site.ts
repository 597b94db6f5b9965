import type { Provision } from '../shared/provision.ts';
import type { Quirk } from './quirks.ts';

type Station = NonNullable<NonNullable<Provision['sites']>[number]['stations']>[number];

/** What is special about a station of the demo; the others have people come and go. */
type DemoRole = 'busy' | 'calm' | 'faulted' | 'offline' | 'reserved' | 'quirky';

/** The stations of the demo that are not like the others. */
export const demoRoles: Readonly<Record<string, DemoRole>> = {
  'BRY-P1-01': 'busy',
  'BRY-P1-03': 'busy',
  'BRY-P2-01': 'busy',
  'BRY-P2-02': 'quirky',
  'BRY-P2-03': 'reserved',
  'BRY-P2-04': 'offline',
  'EKB-G-03': 'faulted',
  'EKB-V-01': 'busy',
};

/** How the quirky one breaks the protocol. */
export const demoQuirks: readonly Quirk[] = ['noSubprotocol', 'longSerialNumber', 'numericValues', 'hertzUnit', 'repeatsStart'];

/** First name, last name and tags of the drivers of each site; some tags decimal, some hex, as people type them. */
const drivers = {
  'Bryggen Parking': [
    ['Ingrid', 'Dahl', '04A1B2C3D4E5F6', '0412EF9A'],
    ['Lars', 'Moen', '1234567890'],
    ['Nora', 'Lie', '04C0FFEE11'],
    ['Emil', 'Haugen', '3141592653'],
    ['Sofie', 'Berg', '046B1C22F15E80'],
    ['Jonas', 'Solberg', '1618033988'],
    ['Amina', 'Khan', '0477D0123A'],
  ],
  'Ekbacken Housing': [
    ['Oskar', 'Lind', '04BADA5511', '2718281828'],
    ['Maja', 'Sjöberg', '04FACADE42'],
    ['Elias', 'Nyström', '1414213562'],
    ['Wilma', 'Åkesson', '0499AA20BEEF01'],
  ],
} as const;
type SiteName = keyof typeof drivers;

const tagsOf = (site: SiteName): string[] => drivers[site].flatMap(([, , ...tags]) => tags);

const stationPassword = (chargeBoxId: string) => `demo-${chargeBoxId.toLowerCase()}`;

function station(name: string, chargeBoxId: string, mode: 'OPEN' | 'RFID', plug: 'type2' | 'ccs' = 'type2'): Station {
  const outlets = [1, 2].map((connectorId) => ({ connectorId, plug, mode }));
  const isQuirky = demoRoles[chargeBoxId] === 'quirky';
  return { name, chargeBoxId, outlets, ...(!isQuirky && { password: stationPassword(chargeBoxId) }) };
}

const row = (count: number, name: string, prefix: string) =>
  Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(2, '0');
    return station(`${name} ${index + 1}`, `${prefix}-${number}`, 'RFID');
  });

/** Two sites with floors, twelve stations, a network controller and people of every role; the passwords are no secret. */
export const demoFile: Provision = {
  system: { name: 'Charge Portal demo' },
  sites: [
    {
      name: 'Bryggen Parking',
      address: { text: 'Bryggen 15, 5003 Bergen', latitude: 60.3975, longitude: 5.3245 },
      timeZone: 'Europe/Oslo',
      floors: [
        { name: 'P1', stations: row(4, 'Bay P1', 'BRY-P1'), controllers: [{ name: 'Switch P1' }] },
        { name: 'P2', stations: row(4, 'Bay P2', 'BRY-P2') },
      ],
    },
    {
      name: 'Ekbacken Housing',
      address: { text: 'Ekbacksvägen 28, 168 69 Bromma', latitude: 59.3478, longitude: 17.9376 },
      timeZone: 'Europe/Stockholm',
      floors: [{ name: 'Garage', stations: row(3, 'Garage', 'EKB-G') }],
      stations: [station('Visitors', 'EKB-V-01', 'OPEN')],
    },
  ],
  users: [
    person('administrator', 'admin', 'Astrid', 'Admin'),
    { ...person('siteAdministrator', 'bryggen', 'Bjørn', 'Bryggen', ['Bryggen Parking']), emailAtAlarm: true },
    person('siteAdministrator', 'ekbacken', 'Ebba', 'Ekbacken', ['Ekbacken Housing']),
    person('support', 'support', 'Sigrid', 'Support'),
    ...driversOf('Bryggen Parking'),
    ...driversOf('Ekbacken Housing'),
  ],
};

function person(
  role: NonNullable<Provision['users']>[number]['role'],
  name: string,
  firstName: string,
  lastName: string,
  sites: string[] = [],
): NonNullable<Provision['users']>[number] {
  return { role, email: `${name}@demo.example`, password: `${name}-demo-1`, firstName, lastName, sites };
}

function driversOf(site: SiteName): NonNullable<Provision['users']> {
  return drivers[site].map(([firstName, lastName, ...rfid]) => ({
    ...person('evUser', firstName.toLowerCase(), firstName, lastName, [site]),
    rfid,
  }));
}

/** Every station of the demo with its site and the tags that people show there. */
export function demoStations(): (Station & {
  readonly site: string;
  readonly timeZone: string;
  readonly tags: readonly string[];
})[] {
  return (demoFile.sites ?? []).flatMap((site) => {
    const stations = [...(site.floors ?? []).flatMap((floor) => floor.stations ?? []), ...(site.stations ?? [])];
    const tags = tagsOf(site.name as SiteName); // demoFile names no other.
    return stations.map((each) => {
      // Anyone charges at an open outlet; its station says so with a tag of its own.
      const isOpen = each.outlets.some((outlet) => outlet.mode === 'OPEN');
      return {
        ...each,
        site: site.name,
        timeZone: site.timeZone ?? 'UTC',
        tags: isOpen ? ['FREEVEND', ...tags.slice(0, 1)] : tags,
      };
    });
  });
}

/** Who can sign in to the demo, one of each role and site; what the program prints at its start. */
export const demoAccounts: readonly Readonly<{ role: string; email: string; password: string }>[] = (demoFile.users ?? [])
  .filter((user) => user.role !== 'evUser' || user.email.startsWith('ingrid'))
  .map(({ role, email, password }) => ({ role, email, password }));
