import { Type } from 'typebox';
import { acceptedOrRejected, outgoing } from '../action.ts';
import { IdTagInfo, IdToken, Int, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.15. A differential entry without `idTagInfo` deletes the tag. */
export const SendLocalList = outgoing({
  kind: 'sendLocalList',
  request: message({
    listVersion: Int,
    localAuthorizationList: Type.Optional(Type.Array(message({ idTag: IdToken, idTagInfo: Type.Optional(IdTagInfo) }))),
    updateType: oneOf(['Differential', 'Full']),
  }),
  confirmation: message({ status: oneOf(['Accepted', 'Failed', 'NotSupported', 'VersionMismatch']) }),
  toWire: ({ update, listVersion, entries }) => ({
    listVersion,
    localAuthorizationList: entries.map(({ idTag, status, expiresAt, parentIdTag }) => ({
      idTag,
      ...(status !== undefined && {
        idTagInfo: {
          status,
          ...(expiresAt !== undefined && { expiryDate: new Date(expiresAt).toISOString() }),
          ...(parentIdTag !== undefined && { parentIdTag }),
        },
      }),
    })),
    updateType: update === 'full' ? ('Full' as const) : ('Differential' as const),
  }),
  fromWire: ({ status }) => acceptedOrRejected(status),
});
