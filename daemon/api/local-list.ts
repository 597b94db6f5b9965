import { localList } from '../../shared/api/local-list.ts';
import { localListPage } from '../domain/authorization/list-page.ts';
import { localListStatus } from '../domain/authorization/list-status.ts';
import { sendLocalList, setAutomatic } from '../domain/authorization/local-list.ts';
import { implement } from './procedure.ts';
import { stationOf } from './station-live.ts';

/** The local authorisation list of a station: the tags of those who may charge there. */
export const localListRouter = implement(localList, {
  get: ({ central, nodes }) => localListStatus(central, stationOf(central, nodes.stationId)),
  entries: ({ central, person, nodes, input }) => localListPage(central, person, stationOf(central, nodes.stationId), input),
  async sendNow({ central, person, nodes, input }) {
    const station = stationOf(central, nodes.stationId);
    await sendLocalList(central, person, station, input.full ?? false);
    return localListStatus(central, station);
  },
  async setAutomatic({ central, person, nodes, input }) {
    const station = stationOf(central, nodes.stationId);
    await setAutomatic(central, person, station, input.automatic);
    return localListStatus(central, station);
  },
});
