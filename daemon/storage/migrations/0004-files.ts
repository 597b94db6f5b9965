/**
 * Firmware, transfers of files, what stations sent, and the settings of file exchange. No old row changes: statuses that
 * stations reported before belong to no transfer.
 */
export const files = `
CREATE TABLE firmware (
  id INTEGER PRIMARY KEY,
  publicId TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL, fileName TEXT NOT NULL, maker TEXT NOT NULL, model TEXT NOT NULL, version TEXT NOT NULL, notes TEXT NOT NULL,
  sizeBytes INTEGER NOT NULL, sha256 TEXT NOT NULL, uploadedAt INTEGER NOT NULL, uploadedBy TEXT NOT NULL
) STRICT;

CREATE TABLE transfers (
  id INTEGER PRIMARY KEY,
  publicId TEXT NOT NULL UNIQUE,
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE CASCADE,
  firmwareId INTEGER REFERENCES firmware(id) ON DELETE SET NULL,
  kind TEXT NOT NULL CHECK (kind IN ('firmware','diagnostics')),
  protocol TEXT NOT NULL, server TEXT NOT NULL CHECK (server IN ('builtIn','external')),
  user TEXT NOT NULL UNIQUE, secretHash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting','running','transferred','installing','done','failed','expired')),
  status TEXT, problem TEXT, commandId TEXT, fromAt INTEGER, untilAt INTEGER,
  movedBytes INTEGER NOT NULL DEFAULT 0, sizeBytes INTEGER,
  scheduledAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL, createdAt INTEGER NOT NULL, createdBy TEXT NOT NULL, endedAt INTEGER
) STRICT;
CREATE INDEX transfersByStation ON transfers(stationId, id);
CREATE INDEX transfersByFirmware ON transfers(firmwareId, id) WHERE firmwareId IS NOT NULL;
CREATE INDEX transfersByCommand ON transfers(commandId) WHERE commandId IS NOT NULL;
CREATE INDEX openTransfers ON transfers(expiresAt) WHERE endedAt IS NULL;
-- What a station may still fetch stays.
CREATE TRIGGER firmwareInUse BEFORE DELETE ON firmware
WHEN EXISTS (SELECT 1 FROM transfers WHERE firmwareId = OLD.id AND endedAt IS NULL)
BEGIN
  SELECT RAISE(ABORT, 'firmwareInUse');
END;

CREATE TABLE stationFiles (
  id INTEGER PRIMARY KEY,
  publicId TEXT NOT NULL UNIQUE,
  transferId INTEGER NOT NULL REFERENCES transfers(id) ON DELETE CASCADE,
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE CASCADE,
  name TEXT NOT NULL, sizeBytes INTEGER NOT NULL, sha256 TEXT, partial INTEGER NOT NULL, receivedAt INTEGER NOT NULL
) STRICT;
CREATE INDEX stationFilesByTransfer ON stationFiles(transferId);
CREATE INDEX stationFilesByStation ON stationFiles(stationId);
CREATE INDEX stationFilesByTime ON stationFiles(receivedAt);

CREATE TABLE fileServer (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  server TEXT NOT NULL CHECK (server IN ('builtIn','external')),
  protocol TEXT NOT NULL, keepDays INTEGER NOT NULL,
  url TEXT NOT NULL, user TEXT NOT NULL, password TEXT,
  allowPrivate INTEGER NOT NULL, trustCertificate INTEGER NOT NULL
) STRICT;
INSERT INTO fileServer VALUES (1, 'builtIn', 'auto', 90, '', '', NULL, 0, 0);
`;
