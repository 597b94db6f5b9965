import { stations } from '../../shared/api/stations.ts';
import type { Central } from '../domain/central.ts';
import { sendCommand } from '../domain/command/send.ts';
import { DomainError } from '../domain/error.ts';
import { setSecurity } from '../domain/station/security.ts';
import { adoptStation } from '../domain/topology/adopt.ts';
import type { LiveNode } from '../domain/topology/live-tree.ts';
import { updateOutlet, updateStation } from '../domain/topology/update.ts';
import { commandByPublicId } from '../storage/commands.ts';
import { commandPage, configurationOf, deviationsOf, seenStations } from '../storage/station-details.ts';
import { implement } from './procedure.ts';
import { commandOf, outletsLive, stationLive, stationOf } from './station-live.ts';
import { watchStation } from './station-watch.ts';

/** Charging stations: their live state, commands to them, their settings. */
export const stationsRouter = implement(stations, {
  watch: ({ nodes, ...stream }) => watchStation(stream, stationOf(stream.central, nodes.stationId)),
  get: ({ central, nodes }) => stationLive(central, stationOf(central, nodes.stationId)),
  send: ({ central, person, nodes, input }) => sendCommand(central, person, stationOf(central, nodes.stationId), input.request),
  async command({ central, nodes, input }) {
    const station = stationOf(central, nodes.stationId);
    const row = await commandByPublicId(central.storage.read, input.commandId);
    if (row?.stationId !== station.id) throw new DomainError('commandUnknown');
    return commandOf(row, station);
  },
  async commands({ central, nodes, input }) {
    const station = stationOf(central, nodes.stationId);
    const rows = await commandPage(central.storage.read, station.id, input.before, input.limit);
    return rows.map((row) => commandOf(row, station));
  },
  async configuration({ central, nodes }) {
    const rows = await configurationOf(central.storage.read, stationOf(central, nodes.stationId).id);
    const readAt = rows.reduce<number | null>((latest, row) => Math.max(latest ?? 0, row.readAt), null);
    return { readAt, keys: rows.map(({ key, readonly, value }) => ({ key, readonly: readonly === 1, value })) };
  },
  deviations: ({ central, nodes }) => deviationsOf(central.storage.read, stationOf(central, nodes.stationId).id),
  // An unknown station stands at no site yet, so it is shown to those who see all of them.
  seen: ({ central, person }) => (person.scope.kind === 'all' ? seenStations(central.storage.read) : []),
  async adopt({ central, person, input }) {
    const { node, password } = await adoptStation(central, person, input);
    return { nodeId: node.publicId, password };
  },
  setSecurity: ({ central, person, input: { stationId, ...change } }) => setSecurity(central, person, stationId, change),
  async update({ central, person, input: { stationId, ...update } }) {
    return stationLive(central, await updateStation(central, person, stationId, update));
  },
  async updateOutlet({ central, person, input: { outletId, ...update } }) {
    return outletLive(central, await updateOutlet(central, person, outletId, update));
  },
});

async function outletLive(central: Central, node: LiveNode) {
  const station = node.parent && central.stations.byId(node.parent.id);
  const outlet = station && (await outletsLive(central, station)).find((one) => one.id === node.publicId);
  if (!outlet) throw new DomainError('nodeUnknown', { nodeId: node.publicId });
  return outlet;
}
