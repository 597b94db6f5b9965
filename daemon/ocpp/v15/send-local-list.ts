import { Type } from 'typebox';
import { acceptedOrRejected, outgoing } from '../action.ts';
import { IdTagInfo, IdToken, Int, message, oneOf } from '../v16/fields.ts';
import { SendLocalList as SendLocalList16 } from '../v16/send-local-list.ts';

/** OCPP 1.5 §6.13, with an s in the list's name. We never send a hash (FACTS §6.10); *HashError* asks for the full list like *Failed*. */
export const SendLocalList = outgoing({
  kind: 'sendLocalList',
  request: message({
    updateType: oneOf(['Differential', 'Full']),
    listVersion: Int,
    localAuthorisationList: Type.Optional(Type.Array(message({ idTag: IdToken, idTagInfo: Type.Optional(IdTagInfo) }))),
  }),
  confirmation: message({
    status: oneOf(['Accepted', 'Failed', 'HashError', 'NotSupported', 'VersionMismatch']),
    hash: Type.Optional(Type.String()),
  }),
  toWire(request) {
    const { updateType, listVersion, localAuthorizationList = [] } = SendLocalList16.toWire(request);
    return { updateType, listVersion, localAuthorisationList: localAuthorizationList };
  },
  fromWire: ({ status }) => acceptedOrRejected(status),
});
