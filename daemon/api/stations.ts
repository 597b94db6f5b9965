import { type StationEvent, stations } from '../../shared/api/stations.ts';
import type { ChargingProfile } from '../../shared/model/charging-profile.ts';
import { deedOf } from '../../shared/model/deviation.ts';
import type { Central } from '../domain/central.ts';
import { commandOfRow } from '../domain/command/new-command.ts';
import { sendCommand } from '../domain/command/send.ts';
import { uploadConfiguration } from '../domain/command/upload-configuration.ts';
import { withdrawCommand } from '../domain/command/withdraw.ts';
import { DomainError } from '../domain/error.ts';
import { flushDeviations } from '../domain/station/deviation.ts';
import { setSecurity } from '../domain/station/security.ts';
import { adoptStation } from '../domain/topology/adopt.ts';
import type { LiveNode } from '../domain/topology/live-tree.ts';
import { updateOutlet, updateStation } from '../domain/topology/update.ts';
import { profilesOf } from '../storage/charging-profiles.ts';
import { commandByPublicId } from '../storage/commands.ts';
import { changesOfKey } from '../storage/configuration-keys.ts';
import { activeReservations } from '../storage/reservations.ts';
import { commandPage, deviationsOf, eventPage, seenStations } from '../storage/station-details.ts';
import { implement } from './procedure.ts';
import { stationConfiguration } from './station-configuration.ts';
import { outletsLive, stationLive, stationOf } from './station-live.ts';
import { watchStation } from './station-watch.ts';

/** Charging stations: their live state, commands to them, their settings. */
export const stationsRouter = implement(stations, {
  watch: ({ nodes, ...stream }) => watchStation(stream, stationOf(stream.central, nodes.stationId)),
  get: ({ central, nodes }) => stationLive(central, stationOf(central, nodes.stationId)),
  send: ({ central, person, nodes, input: { request, waitUntil } }) =>
    sendCommand(central, person, stationOf(central, nodes.stationId), request, { waitUntil }),
  withdraw: ({ central, person, nodes, input }) =>
    withdrawCommand(central, person, stationOf(central, nodes.stationId), input.commandId),
  async command({ central, nodes, input }) {
    const station = stationOf(central, nodes.stationId);
    const row = await commandByPublicId(central.storage.read, input.commandId);
    if (row?.stationId !== station.id) throw new DomainError('commandUnknown');
    return commandOfRow(row, station);
  },
  async commands({ central, nodes, input }) {
    const station = stationOf(central, nodes.stationId);
    const rows = await commandPage(central.storage.read, station.id, input);
    return rows.map((row) => commandOfRow(row, station));
  },
  configuration: ({ central, nodes }) => stationConfiguration(central, stationOf(central, nodes.stationId)),
  configurationHistory: ({ central, nodes, input }) =>
    changesOfKey(central.storage.read, stationOf(central, nodes.stationId).id, input.key),
  uploadConfiguration: ({ central, person, nodes, input }) =>
    uploadConfiguration(central, person, stationOf(central, nodes.stationId), input.values, input.confirmed ?? false),
  async chargingProfiles({ central, nodes }) {
    const rows = await profilesOf(central.storage.read, stationOf(central, nodes.stationId).id);
    // Stored from a request that had passed its schema.
    return rows.map(({ profile, ...row }) => ({ ...row, profile: JSON.parse(profile) as ChargingProfile }));
  },
  async deviations({ central, nodes }) {
    // They are counted in memory; whoever asks sees all of them.
    await flushDeviations(central.storage, central.deviations);
    const deviations = await deviationsOf(central.storage.read, stationOf(central, nodes.stationId).id);
    return deviations.map((deviation) => ({ ...deviation, did: deedOf(deviation.kind) }));
  },
  async events({ central, nodes, input }) {
    const rows = await eventPage(central.storage.read, stationOf(central, nodes.stationId).id, input);
    return rows.map(({ sessionId, severity, data, ...row }) => ({
      ...row,
      severity: severity as StationEvent['severity'], // the rules write these words alone
      transactionId: sessionId,
      data: JSON.parse(data),
    }));
  },
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
  const reservations = station ? await activeReservations(central.storage.read, station.id, central.clock.now()) : [];
  const outlet = station && (await outletsLive(central, station, reservations)).find((one) => one.id === node.publicId);
  if (!outlet) throw new DomainError('nodeUnknown', { nodeId: node.publicId });
  return outlet;
}
