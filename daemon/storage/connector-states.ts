import type { Kysely } from 'kysely';
import { db, hot } from './db.ts';
import type { ConnectorStatesTable, Tables } from './tables.ts';

/** The state of a connector, in place of the one before. */
export const keepConnectorState = hot<ConnectorStatesTable>((given) =>
  db
    .insertInto('connectorStates')
    .values({
      stationId: given('stationId'),
      connectorId: given('connectorId'),
      status: given('status'),
      errorCode: given('errorCode'),
      info: given('info'),
      vendorId: given('vendorId'),
      vendorErrorCode: given('vendorErrorCode'),
      statusAt: given('statusAt'),
      receivedAt: given('receivedAt'),
    })
    .onConflict((conflict) =>
      conflict.columns(['stationId', 'connectorId']).doUpdateSet((eb) => ({
        status: eb.ref('excluded.status'),
        errorCode: eb.ref('excluded.errorCode'),
        info: eb.ref('excluded.info'),
        vendorId: eb.ref('excluded.vendorId'),
        vendorErrorCode: eb.ref('excluded.vendorErrorCode'),
        statusAt: eb.ref('excluded.statusAt'),
        receivedAt: eb.ref('excluded.receivedAt'),
      })),
    ),
);

export const connectorStates = (read: Kysely<Tables>) => read.selectFrom('connectorStates').selectAll().execute();
