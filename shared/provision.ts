import { type Static, Type } from 'typebox';
import { outletModes, plugTypes } from './model/node.ts';
import { roles } from './model/rights.ts';

const Outlet = Type.Object({
  connectorId: Type.Integer({ minimum: 1, maximum: 1000 }),
  plug: Type.Optional(Type.Enum([...plugTypes])),
  mode: Type.Enum([...outletModes]),
});

const Station = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  chargeBoxId: Type.String({ minLength: 1, maxLength: 48 }),
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'None: security profile 0 for this station' })),
  outlets: Type.Array(Outlet, { maxItems: 100 }),
});

const Controller = Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }) });

const Site = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  address: Type.Optional(
    Type.Object({
      text: Type.String({ maxLength: 300 }),
      latitude: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
      longitude: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
    }),
  ),
  timeZone: Type.Optional(Type.String({ description: 'IANA name, e.g. Europe/Oslo' })),
  floors: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String({ minLength: 1, maxLength: 100 }),
        stations: Type.Optional(Type.Array(Station)),
        controllers: Type.Optional(Type.Array(Controller)),
      }),
    ),
  ),
  stations: Type.Optional(Type.Array(Station)),
  controllers: Type.Optional(Type.Array(Controller)),
});

const User = Type.Object({
  role: Type.Enum([...roles]),
  email: Type.String({ maxLength: 254 }),
  password: Type.String({ maxLength: 256 }),
  firstName: Type.String({ maxLength: 60 }),
  lastName: Type.String({ maxLength: 60 }),
  sites: Type.Optional(Type.Array(Type.String())),
  emailAtAlarm: Type.Optional(Type.Boolean()),
  rfid: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 20 }))),
});

const Service = Type.Object({ name: Type.String(), kind: Type.String(), key: Type.Optional(Type.String()) });

/** The file of `--provision`: topology and accounts, applied once or again with the same result (DESIGN §3). */
export const Provision = Type.Object(
  {
    system: Type.Optional(Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }) })),
    sites: Type.Optional(Type.Array(Site)),
    users: Type.Optional(Type.Array(User)),
    services: Type.Optional(Type.Array(Service)),
  },
  { additionalProperties: false },
);
export type Provision = Static<typeof Provision>;
