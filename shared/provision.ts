import { type Static, Type } from 'typebox';
import { Email } from './api/account.ts';
import { TagText } from './api/users.ts';
import { NodeName, outletModes, plugTypes } from './model/node.ts';
import { roles } from './model/rights.ts';

// A member that is not known is refused: a misspelt `password` would otherwise leave a station without one.
const only = { additionalProperties: false } as const;

const Outlet = Type.Object(
  {
    connectorId: Type.Integer({ minimum: 1, maximum: 1000 }),
    plug: Type.Optional(Type.Enum([...plugTypes])),
    mode: Type.Enum([...outletModes]),
  },
  only,
);

const Station = Type.Object(
  {
    name: NodeName,
    chargeBoxId: Type.String({ minLength: 1, maxLength: 48 }),
    password: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'None: security profile 0 for this station' }),
    ),
    outlets: Type.Array(Outlet, { maxItems: 100 }),
  },
  only,
);

const Controller = Type.Object({ name: NodeName }, only);

const Address = Type.Object(
  {
    text: Type.String({ maxLength: 300 }),
    latitude: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
    longitude: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
  },
  only,
);

const Floor = Type.Object(
  {
    name: NodeName,
    stations: Type.Optional(Type.Array(Station)),
    controllers: Type.Optional(Type.Array(Controller)),
  },
  only,
);

const Site = Type.Object(
  {
    name: NodeName,
    address: Type.Optional(Address),
    timeZone: Type.Optional(Type.String({ description: 'IANA name, e.g. Europe/Oslo' })),
    floors: Type.Optional(Type.Array(Floor)),
    stations: Type.Optional(Type.Array(Station)),
    controllers: Type.Optional(Type.Array(Controller)),
  },
  only,
);

const User = Type.Object(
  {
    role: Type.Enum([...roles]),
    email: Email,
    password: Type.String({ maxLength: 256 }),
    firstName: Type.String({ maxLength: 60 }),
    lastName: Type.String({ maxLength: 60 }),
    sites: Type.Optional(Type.Array(Type.String())),
    emailAtAlarm: Type.Optional(Type.Boolean()),
    rfid: Type.Optional(Type.Array(TagText)),
  },
  only,
);

const Service = Type.Object({ name: Type.String(), kind: Type.String(), key: Type.Optional(Type.String()) }, only);

/** The file of `--provision`: topology and accounts, applied once or again with the same result (DESIGN §3). */
export const Provision = Type.Object(
  {
    system: Type.Optional(Type.Object({ name: NodeName }, only)),
    sites: Type.Optional(Type.Array(Site)),
    users: Type.Optional(Type.Array(User)),
    services: Type.Optional(Type.Array(Service)),
  },
  only,
);
export type Provision = Static<typeof Provision>;
