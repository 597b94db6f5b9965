import { diagnostics, fileServer, firmware } from '../../shared/api/files.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import { linesOf, searchIn, textEntries } from '../domain/files/contents.ts';
import { changeFileServer, fileServerSettings, testFileServer } from '../domain/files/file-server.ts';
import { beginUpload, firmwareOf, removeFirmware, versionsOf } from '../domain/files/library.ts';
import { assignFirmware, requestDiagnostics } from '../domain/files/request.ts';
import { fileOf, linkToFile, needFile, removeStationFile, shownTransfers, transferOf } from '../domain/files/station-files.ts';
import { covers } from '../domain/user/person.ts';
import { firmwareByPublicId, firmwareLibrary } from '../storage/firmware.ts';
import { type ShownTransfer, transfersOfFirmware, transfersOfStation } from '../storage/transfers.ts';
import { implement } from './procedure.ts';
import { stationOf } from './station-live.ts';

/** The firmware library and its way to the stations. */
export const firmwareRouter = implement(firmware, {
  list: async ({ central }) => (await firmwareLibrary(central.storage.read)).map(firmwareOf),
  async get({ central, person, input }) {
    const row = await firmwareByPublicId(central.storage.read, input.firmwareId);
    if (!row) throw new DomainError('firmwareUnknown');
    const rows = await transfersOfFirmware(central.storage.read, row.id);
    const visible = rows.filter(({ siteId }) => covers(person.scope, siteId));
    return { firmware: firmwareOf(row), transfers: await shownTransfers(central, visible) };
  },
  beginUpload: ({ central, person, input }) => beginUpload(central, person, input),
  async remove({ central, person, input }) {
    await removeFirmware(central, person, input.firmwareId);
    return {};
  },
  async assign({ central, person, nodes, input: { stationId: _, ...input } }) {
    return one(central, await assignFirmware(central, person, stationOf(central, nodes.stationId), input));
  },
  async transfers({ central, nodes }) {
    const station = stationOf(central, nodes.stationId);
    return shownTransfers(central, await transfersOfStation(central.storage.read, station.id, 'firmware'));
  },
  versions: ({ central, person }) => versionsOf(central, person),
});

/** Log and diagnostics files of stations. */
export const diagnosticsRouter = implement(diagnostics, {
  async request({ central, person, nodes, input: { stationId: _, ...input } }) {
    return one(central, await requestDiagnostics(central, person, stationOf(central, nodes.stationId), input));
  },
  async list({ central, nodes }) {
    const station = stationOf(central, nodes.stationId);
    return shownTransfers(central, await transfersOfStation(central.storage.read, station.id, 'diagnostics'));
  },
  async entries({ central, person, input }) {
    return textEntries(central, await needFile(central, person, input.fileId));
  },
  async lines({ central, person, input }) {
    return linesOf(central, await needFile(central, person, input.fileId), input);
  },
  async search({ central, person, input }) {
    return searchIn(central, await needFile(central, person, input.fileId), input.text);
  },
  link: ({ central, person, input }) => linkToFile(central, person, input.fileId),
  async remove({ central, person, input }) {
    await removeStationFile(central, person, input.fileId);
    return {};
  },
  get: ({ central, person, input }) => transferOf(central, person, input.transferId),
  file: ({ central, person, input }) => fileOf(central, person, input.fileId),
});

/** Which server stations exchange files with. */
export const fileServerRouter = implement(fileServer, {
  async get({ central }) {
    const { endpoints } = central.files;
    const at = (scheme: 'ftp' | 'ftps' | 'http' | 'https') => {
      if (!endpoints) return '';
      const { host, port } = endpoints[scheme === 'ftps' ? 'ftp' : scheme];
      return `${scheme}://${host}:${port}`;
    };
    const builtIn = { ftp: at('ftp'), ftps: at('ftps'), http: at('http'), https: at('https') };
    return { settings: await fileServerSettings(central), builtIn };
  },
  set: ({ central, person, input }) => changeFileServer(central, person, input),
  async test({ central, person }) {
    const steps = await testFileServer(central, person);
    return { ok: steps.every((step) => step.ok), steps: [...steps] };
  },
});

async function one(central: Central, row: ShownTransfer) {
  const [transfer] = await shownTransfers(central, [row]);
  if (!transfer) throw new DomainError('transferUnknown');
  return transfer;
}
