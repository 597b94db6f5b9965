import { type Dispatcher, prepare } from '../dispatch.ts';
import { actions as actions15 } from '../v15/actions.ts';
import { actions as actions16 } from '../v16/actions.ts';

/** A version of OCPP as it goes over SOAP (FACTS §4.1). */
export type SoapOcpp = Readonly<{
  protocol: 'OCPP 1.5S' | 'OCPP 1.6S';
  /** Last part of the address at which stations call us. */
  service: string;
  /** Namespaces of our service and of the station's. */
  central: string;
  station: string;
  dispatcher: Dispatcher;
  /** Every action by the element of its request, in small letters; some leave out `Request`. */
  actions: ReadonlyMap<string, string>;
  /** Actions that the service's description lists, by name. */
  described: readonly string[];
}>;

/** Defined for JSON only; a station that sends one over SOAP is answered all the same. */
const jsonOnly = ['LogStatusNotification', 'SecurityEventNotification', 'SignedFirmwareStatusNotification'];

function byElement(dispatcher: Dispatcher): ReadonlyMap<string, string> {
  const names = [...dispatcher.incoming.keys(), ...dispatcher.foreign];
  return new Map(names.flatMap((name) => [`${name}Request`, name].map((element) => [element.toLowerCase(), name] as const)));
}

const dispatcher15 = prepare(actions15);
const dispatcher16 = prepare(actions16);

export const ocpp15: SoapOcpp = {
  protocol: 'OCPP 1.5S',
  service: 'CentralSystemService15',
  central: 'urn://Ocpp/Cs/2012/06/',
  station: 'urn://Ocpp/Cp/2012/06/',
  dispatcher: dispatcher15,
  actions: byElement(dispatcher15),
  described: Object.keys(actions15.incoming),
};

export const ocpp16: SoapOcpp = {
  protocol: 'OCPP 1.6S',
  service: 'CentralSystemService16',
  central: 'urn://Ocpp/Cs/2015/10/',
  station: 'urn://Ocpp/Cp/2015/10/',
  dispatcher: dispatcher16,
  actions: byElement(dispatcher16),
  described: Object.keys(actions16.incoming).filter((name) => !jsonOnly.includes(name)),
};

const versions = [ocpp15, ocpp16];

const servicePath = /^centralsystemservice(15|16)?$/;

/**
 * The version whose service a path names, in any letter case, with slashes too many, below any folder and with the identity behind it
 * (FIELD 15); a station that moves here from elsewhere keeps its path. A path without a version leaves it to the message's namespace.
 */
export function serviceAt(url: string): SoapOcpp | null {
  const segments = (url.split(/[?#]/, 1)[0] ?? '')
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');
  for (const segment of segments.slice(-2).reverse()) {
    const named = servicePath.exec(segment);
    if (named) return named[1] === '15' ? ocpp15 : ocpp16;
  }
  return null;
}

const bare = (namespace: string) => namespace.trim().replace(/\/+$/, '').toLowerCase();

/** The version whose namespace a message is in; some leave out the last slash, or take the other service's (FACTS §4.2). */
export const versionOf = (namespace: string): SoapOcpp | null =>
  versions.find(({ central, station }) => [bare(central), bare(station)].includes(bare(namespace))) ?? null;

/** `BootNotification` as it names elements. */
export const elementOf = (action: string, kind: 'Request' | 'Response'): string =>
  `${action.charAt(0).toLowerCase()}${action.slice(1)}${kind}`;
