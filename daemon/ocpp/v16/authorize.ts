import { authorize } from '../../domain/authorization/authorize.ts';
import { incoming } from '../action.ts';
import { IdTagInfo, IdToken, idTagInfo, message } from './fields.ts';

/** OCPP 1.6 §4.1: may this tag charge? It names no connector. The 1.5 message has the same fields. */
export const Authorize = incoming({
  request: message({ idTag: IdToken }),
  confirmation: message({ idTagInfo: IdTagInfo }),
  async handle(central, station, request) {
    return { idTagInfo: idTagInfo(await authorize(central, station, request.idTag, null)) };
  },
});
