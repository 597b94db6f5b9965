import { type Static, Type } from 'typebox';
import { FileServerSettings, Firmware, StationFile, Transfer, transferProtocols } from '../model/file-transfer.ts';
import { NodeId } from '../model/node.ts';
import { mutation, query } from './contract.ts';

const Id = Type.String({ minLength: 1, maxLength: 36 });
const Text = (maxLength: number) => Type.String({ maxLength });
const Protocol = Type.Optional(Type.Enum([...transferProtocols], { description: 'Else as the settings say' }));
const WaitUntil = Type.Optional(
  Type.Integer({ description: 'ms UTC: a station that is offline gets it when it is back, if that is before this time' }),
);
const Attempts = {
  retries: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  retryIntervalS: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
};

/** A path of this server that works once, and for five minutes. */
const Link = Type.Object({ path: Type.String({ description: 'e.g. /files/…, on the address of the console' }) });

/** Stations of one maker, model and firmware version, as they reported themselves. */
export const VersionGroup = Type.Object({
  maker: Type.String(),
  model: Type.String(),
  version: Type.String(),
  stations: Type.Array(Type.Object({ id: NodeId, name: Type.String(), chargeBoxId: Type.String(), online: Type.Boolean() })),
});
export type VersionGroup = Static<typeof VersionGroup>;

/** The firmware library and its way to the stations (PRODUCT M30). */
export const firmware = {
  list: query({
    about: 'The files of the firmware library, newest first.',
    right: 'stations.control',
    input: Type.Object({}),
    output: Type.Array(Firmware),
  }),
  get: query({
    about: 'A file of the library, and the stations that it was sent to.',
    right: 'stations.control',
    input: Type.Object({ firmwareId: Id }),
    output: Type.Object({ firmware: Firmware, transfers: Type.Array(Transfer) }),
  }),
  beginUpload: mutation({
    about: 'Makes a link; PUT the file there. The answer to the PUT is the new file of the library, as JSON.',
    right: 'stations.configure',
    input: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
      fileName: Type.String({ minLength: 1, maxLength: 200 }),
      maker: Text(50),
      model: Text(50),
      version: Text(50),
      notes: Text(2000),
      sizeBytes: Type.Integer({ minimum: 1 }),
    }),
    output: Link,
  }),
  remove: mutation({
    about: 'Removes a file that no station may still fetch.',
    right: 'stations.configure',
    input: Type.Object({ firmwareId: Id }),
    output: Type.Object({}),
  }),
  assign: mutation({
    about:
      'Tells a station to fetch a file and install it. Refuses with firmwareMismatch, unless evenThough, when it is for others.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({
      stationId: NodeId,
      firmwareId: Id,
      retrieveAt: Type.Optional(Type.Integer({ description: 'ms UTC; else now' })),
      protocol: Protocol,
      evenThough: Type.Optional(Type.Boolean({ description: 'Also when maker or model differ from what the station reported' })),
      ...Attempts,
      waitUntil: WaitUntil,
    }),
    output: Transfer,
  }),
  transfers: query({
    about: 'Firmware sent to a station, newest first.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId }),
    output: Type.Array(Transfer),
  }),
  versions: query({
    about: 'Which firmware the stations run, by maker, model and version.',
    right: 'tree.read',
    input: Type.Object({}),
    output: Type.Array(VersionGroup),
  }),
};

/** Log and diagnostics files of stations. */
export const diagnostics = {
  request: mutation({
    about: 'Asks a station for its log of a time span. The file follows; it is listed with the request.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({
      stationId: NodeId,
      from: Type.Optional(Type.Integer()),
      until: Type.Optional(Type.Integer()),
      protocol: Protocol,
      ...Attempts,
      waitUntil: WaitUntil,
    }),
    output: Transfer,
  }),
  list: query({
    about: 'Requests for the log of a station with the files that came, newest first.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId }),
    output: Type.Array(Transfer),
  }),
  entries: query({
    about: 'What is in a file: itself, or the files of an archive; which of them are text.',
    right: 'stations.control',
    input: Type.Object({ fileId: Id }),
    output: Type.Array(Type.Object({ name: Type.String(), sizeBytes: Type.Integer(), text: Type.Boolean() })),
  }),
  lines: query({
    about: 'Lines of a text file, or of a text file in an archive.',
    right: 'stations.control',
    input: Type.Object({
      fileId: Id,
      entry: Type.Optional(Type.String({ maxLength: 500, description: 'Name in the archive; else the first text' })),
      from: Type.Integer({ minimum: 1 }),
      count: Type.Integer({ minimum: 1, maximum: 1000 }),
    }),
    output: Type.Object({
      entry: Type.String(),
      lines: Type.Array(Type.String()),
      more: Type.Boolean({ description: 'Further lines follow' }),
    }),
  }),
  search: query({
    about: 'Lines with a text, in a file and in the archives that it is, without regard to case.',
    right: 'stations.control',
    input: Type.Object({ fileId: Id, text: Type.String({ minLength: 1, maxLength: 200 }) }),
    output: Type.Object({
      matches: Type.Array(Type.Object({ entry: Type.String(), line: Type.Integer(), text: Type.String() })),
      more: Type.Boolean({ description: 'There are more than these 500, or the file is longer than is searched' }),
    }),
  }),
  link: mutation({
    about: 'Makes a link to download a file of a station.',
    right: 'stations.control',
    input: Type.Object({ fileId: Id }),
    output: Link,
  }),
  remove: mutation({
    about: 'Removes a file of a station before its time.',
    right: 'stations.control',
    input: Type.Object({ fileId: Id }),
    output: Type.Object({}),
  }),
  get: query({
    about: 'One request, with its files.',
    right: 'stations.control',
    input: Type.Object({ transferId: Id }),
    output: Transfer,
  }),
  file: query({
    about: 'One file of a station.',
    right: 'stations.control',
    input: Type.Object({ fileId: Id }),
    output: StationFile,
  }),
};

/** Which server stations exchange files with. */
export const fileServer = {
  get: query({
    about: 'The settings of file exchange, and where the built-in server listens.',
    right: 'system.read',
    input: Type.Object({}),
    output: Type.Object({
      settings: FileServerSettings,
      builtIn: Type.Object({
        ftp: Type.String(),
        ftps: Type.String({ description: 'The port of FTP, where TLS begins with AUTH TLS' }),
        http: Type.String(),
        https: Type.String(),
      }),
    }),
  }),
  set: mutation({
    about: 'Changes the settings of file exchange. A password that is left out stays; null forgets it.',
    right: 'system.change',
    input: Type.Object({
      server: FileServerSettings.properties.server,
      protocol: FileServerSettings.properties.protocol,
      keepDays: FileServerSettings.properties.keepDays,
      external: Type.Object({
        url: FileServerSettings.properties.external.properties.url,
        user: FileServerSettings.properties.external.properties.user,
        password: Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()])),
        allowPrivate: Type.Boolean(),
        trustCertificate: Type.Boolean(),
      }),
    }),
    output: FileServerSettings,
  }),
  test: mutation({
    about: 'Writes, reads and removes a small file on the server of the settings, and tells which step failed and why.',
    right: 'system.change',
    input: Type.Object({}),
    output: Type.Object({
      ok: Type.Boolean(),
      steps: Type.Array(
        Type.Object({
          step: Type.Enum(['resolve', 'connect', 'signIn', 'write', 'read', 'remove']),
          ok: Type.Boolean(),
          /** In the server's or the system's words. */
          detail: Type.String(),
        }),
      ),
    }),
  }),
};
