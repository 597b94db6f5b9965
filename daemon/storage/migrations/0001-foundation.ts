/** The first schema. What PRODUCT promises about uniqueness, parents and removal is held here, not in code. */
export const foundation = `
CREATE TABLE system (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL, description TEXT NOT NULL DEFAULT '', timeZone TEXT NOT NULL, createdAt INTEGER NOT NULL
) STRICT;

CREATE TABLE nodes (
  id INTEGER PRIMARY KEY,
  publicId TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('system','site','floor','station','controller','outlet')),
  parentId INTEGER REFERENCES nodes(id) ON DELETE RESTRICT,
  siteId INTEGER REFERENCES nodes(id) ON DELETE RESTRICT,
  name TEXT NOT NULL CHECK (trim(name) <> ''),
  description TEXT NOT NULL DEFAULT '',
  position INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL, updatedBy TEXT, removedAt INTEGER,
  CHECK ((kind = 'system') = (parentId IS NULL)),
  CHECK (kind IN ('system','site') OR siteId IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX oneSystem ON nodes(kind) WHERE kind = 'system';
CREATE UNIQUE INDEX siteName ON nodes(name COLLATE NOCASE) WHERE kind = 'site' AND removedAt IS NULL;
CREATE INDEX nodesByParent ON nodes(parentId) WHERE removedAt IS NULL;
CREATE INDEX nodesBySite ON nodes(siteId);

CREATE TRIGGER nodeParentKind BEFORE INSERT ON nodes WHEN NEW.parentId IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'nodeKindRefused') WHERE NOT EXISTS (
    SELECT 1 FROM nodes parent WHERE parent.id = NEW.parentId AND parent.removedAt IS NULL AND (
      (NEW.kind = 'site' AND parent.kind = 'system') OR
      (NEW.kind = 'floor' AND parent.kind = 'site') OR
      (NEW.kind IN ('station','controller') AND parent.kind IN ('site','floor')) OR
      (NEW.kind = 'outlet' AND parent.kind = 'station')));
END;
CREATE TRIGGER nodeMoved BEFORE UPDATE OF parentId ON nodes WHEN NEW.parentId IS NOT NULL AND NEW.parentId <> OLD.parentId
BEGIN
  SELECT RAISE(ABORT, 'nodeKindRefused') WHERE NOT EXISTS (
    SELECT 1 FROM nodes parent WHERE parent.id = NEW.parentId AND parent.removedAt IS NULL AND (
      (NEW.kind = 'floor' AND parent.kind = 'site') OR
      (NEW.kind IN ('station','controller') AND parent.kind IN ('site','floor'))));
END;
-- Who changes a node writes the version that was read, plus one: another change in between fails the whole unit.
CREATE TRIGGER nodeVersion BEFORE UPDATE OF version ON nodes WHEN NEW.version <> OLD.version + 1
BEGIN
  SELECT RAISE(ABORT, 'changedMeanwhile');
END;
CREATE TRIGGER nodeRemoved BEFORE UPDATE OF removedAt ON nodes WHEN NEW.removedAt IS NOT NULL AND OLD.removedAt IS NULL
BEGIN
  SELECT RAISE(ABORT, 'nodeHasChildren') WHERE EXISTS (
    SELECT 1 FROM nodes child WHERE child.parentId = NEW.id AND child.removedAt IS NULL);
END;

CREATE TABLE sites (
  nodeId INTEGER PRIMARY KEY REFERENCES nodes(id) ON DELETE CASCADE,
  staticId TEXT NOT NULL DEFAULT '', address TEXT NOT NULL DEFAULT '',
  latitude REAL CHECK (latitude BETWEEN -90 AND 90), longitude REAL CHECK (longitude BETWEEN -180 AND 180),
  timeZone TEXT NOT NULL
) STRICT;

CREATE TABLE stations (
  nodeId INTEGER PRIMARY KEY REFERENCES nodes(id) ON DELETE RESTRICT,
  chargeBoxId TEXT NOT NULL COLLATE NOCASE CHECK (chargeBoxId <> ''),
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  securityProfile INTEGER NOT NULL CHECK (securityProfile BETWEEN 0 AND 3),
  passwordHashes TEXT, pendingPasswordHashes TEXT,
  registration TEXT NOT NULL DEFAULT 'accepted' CHECK (registration IN ('accepted','pending','rejected')),
  transport TEXT, pingIntervalS INTEGER, requireSubprotocol INTEGER NOT NULL DEFAULT 0,
  vendor TEXT, model TEXT, serialNumber TEXT, boxSerialNumber TEXT, firmware TEXT, iccid TEXT, imsi TEXT,
  meterType TEXT, meterSerialNumber TEXT,
  bootedAt INTEGER, firstConnectedAt INTEGER, lastSeenAt INTEGER, address TEXT, clockOffsetMs INTEGER,
  firmwareStatus TEXT, diagnosticsStatus TEXT
) STRICT;
CREATE UNIQUE INDEX chargeBoxId ON stations(chargeBoxId) WHERE active = 1;

CREATE TABLE outlets (
  nodeId INTEGER PRIMARY KEY REFERENCES nodes(id) ON DELETE RESTRICT,
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE RESTRICT,
  connectorId INTEGER NOT NULL CHECK (connectorId >= 1),
  plug TEXT NOT NULL DEFAULT 'type2',
  mode TEXT NOT NULL DEFAULT 'RFID' CHECK (mode IN ('OPEN','RFID')),
  parking TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX outletConnector ON outlets(stationId, connectorId);

CREATE TABLE connectorStates (
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE CASCADE,
  connectorId INTEGER NOT NULL,
  status TEXT NOT NULL, errorCode TEXT NOT NULL, info TEXT, vendorId TEXT, vendorErrorCode TEXT,
  statusAt INTEGER NOT NULL, receivedAt INTEGER NOT NULL,
  PRIMARY KEY (stationId, connectorId)
) STRICT, WITHOUT ROWID;

CREATE TABLE seenStations (
  chargeBoxId TEXT PRIMARY KEY COLLATE NOCASE,
  firstAt INTEGER NOT NULL, lastAt INTEGER NOT NULL, count INTEGER NOT NULL, address TEXT NOT NULL, protocol TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE deviations (
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE CASCADE,
  kind TEXT NOT NULL, action TEXT NOT NULL, count INTEGER NOT NULL,
  firstAt INTEGER NOT NULL, lastAt INTEGER NOT NULL, example TEXT NOT NULL,
  PRIMARY KEY (stationId, kind, action)
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  publicId TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('administrator','siteAdministrator','support','evUser')),
  email TEXT NOT NULL COLLATE NOCASE,
  passwordHash TEXT NOT NULL, mustChangePassword INTEGER NOT NULL DEFAULT 0,
  firstName TEXT NOT NULL DEFAULT '', lastName TEXT NOT NULL DEFAULT '',
  emailAtAlarm INTEGER NOT NULL DEFAULT 0, blocked INTEGER NOT NULL DEFAULT 0,
  language TEXT, theme TEXT NOT NULL DEFAULT 'auto', timeZone TEXT,
  version INTEGER NOT NULL DEFAULT 1, createdAt INTEGER NOT NULL, updatedAt INTEGER NOT NULL, updatedBy TEXT, lastSeenAt INTEGER
) STRICT;
CREATE UNIQUE INDEX accountEmail ON accounts(email);
-- Somebody must always be able to sign in as administrator; held here, so that two at once cannot remove each other.
CREATE TRIGGER lastAdministratorChanged BEFORE UPDATE OF role, blocked ON accounts
WHEN OLD.role = 'administrator' AND OLD.blocked = 0 AND (NEW.role <> 'administrator' OR NEW.blocked = 1)
BEGIN
  SELECT RAISE(ABORT, 'lastAdministrator') WHERE NOT EXISTS (
    SELECT 1 FROM accounts other WHERE other.id <> OLD.id AND other.role = 'administrator' AND other.blocked = 0);
END;
CREATE TRIGGER lastAdministratorRemoved BEFORE DELETE ON accounts WHEN OLD.role = 'administrator' AND OLD.blocked = 0
BEGIN
  SELECT RAISE(ABORT, 'lastAdministrator') WHERE NOT EXISTS (
    SELECT 1 FROM accounts other WHERE other.id <> OLD.id AND other.role = 'administrator' AND other.blocked = 0);
END;
-- Who changes an account writes the version that was read, plus one: another change in between fails the whole unit.
CREATE TRIGGER accountVersion BEFORE UPDATE OF version ON accounts WHEN NEW.version <> OLD.version + 1
BEGIN
  SELECT RAISE(ABORT, 'changedMeanwhile');
END;

CREATE TABLE siteRights (
  accountId INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  siteId INTEGER NOT NULL REFERENCES nodes(id) ON DELETE CASCADE,
  PRIMARY KEY (accountId, siteId)
) STRICT, WITHOUT ROWID;
CREATE INDEX siteRightsBySite ON siteRights(siteId);

CREATE TABLE tags (
  id INTEGER PRIMARY KEY,
  publicId TEXT NOT NULL UNIQUE,
  accountId INTEGER REFERENCES accounts(id) ON DELETE CASCADE,
  idTag TEXT NOT NULL CHECK (idTag <> ''),
  label TEXT NOT NULL DEFAULT '', parentIdTag TEXT, blocked INTEGER NOT NULL DEFAULT 0,
  validFrom INTEGER, validUntil INTEGER, maxSessions INTEGER, createdAt INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tagText ON tags(idTag);
CREATE INDEX tagsByAccount ON tags(accountId);
CREATE INDEX tagsByParent ON tags(parentIdTag) WHERE parentIdTag IS NOT NULL;

CREATE TABLE signIns (
  id INTEGER PRIMARY KEY,
  publicId TEXT NOT NULL UNIQUE, tokenHash TEXT NOT NULL UNIQUE,
  accountId INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  createdAt INTEGER NOT NULL, lastSeenAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL,
  address TEXT NOT NULL, userAgent TEXT NOT NULL
) STRICT;
CREATE INDEX signInsByAccount ON signIns(accountId);

CREATE TABLE accessTokens (
  id INTEGER PRIMARY KEY,
  publicId TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, tokenHash TEXT NOT NULL UNIQUE,
  createdAt INTEGER NOT NULL, createdBy TEXT NOT NULL, expiresAt INTEGER, lastUsedAt INTEGER, revokedAt INTEGER
) STRICT;

CREATE TABLE tableViews (
  accountId INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
  tableName TEXT NOT NULL, name TEXT NOT NULL, view TEXT NOT NULL,
  PRIMARY KEY (accountId, tableName, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id < 2147483648),
  publicId TEXT NOT NULL UNIQUE,
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE RESTRICT,
  siteId INTEGER NOT NULL REFERENCES nodes(id) ON DELETE RESTRICT,
  outletId INTEGER REFERENCES outlets(nodeId) ON DELETE SET NULL,
  connectorId INTEGER NOT NULL,
  idTag TEXT NOT NULL,
  tagId INTEGER REFERENCES tags(id) ON DELETE SET NULL,
  accountId INTEGER REFERENCES accounts(id) ON DELETE SET NULL,
  authentication TEXT NOT NULL CHECK (authentication IN ('anonymous','rfid','remote','app','free')),
  tagStatus TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('charging','stopped','ended','stopNotReported')),
  startedAt INTEGER NOT NULL, startedAtStation INTEGER NOT NULL, receivedAt INTEGER NOT NULL,
  chargingStoppedAt INTEGER, endedAt INTEGER, stopReceivedAt INTEGER, durationMs INTEGER,
  meterStartWh INTEGER NOT NULL, meterStopWh INTEGER, energyWh INTEGER, lastEnergyWh INTEGER,
  powerW INTEGER, peakPowerW INTEGER, lastSampleAt INTEGER,
  stopReason TEXT, stopIdTag TEXT, reservationId INTEGER,
  flags TEXT NOT NULL DEFAULT '[]', rolledUp TEXT
) STRICT;
-- The same start, repeated by the station, is the same session (DESIGN §5, FIELD 4); an index holds it under races.
CREATE UNIQUE INDEX sameStart ON sessions(stationId, connectorId, idTag, startedAtStation, meterStartWh);
CREATE INDEX openSessions ON sessions(stationId, connectorId) WHERE state IN ('charging','stopped');
CREATE INDEX sessionsByStart ON sessions(startedAt, id);
CREATE INDEX sessionsBySite ON sessions(siteId, startedAt, id);
CREATE INDEX sessionsByStation ON sessions(stationId, startedAt, id);
CREATE INDEX sessionsByAccount ON sessions(accountId, startedAt) WHERE accountId IS NOT NULL;
CREATE INDEX sessionsByTag ON sessions(idTag, startedAt);
CREATE INDEX sessionsByEnd ON sessions(endedAt, id);
CREATE INDEX sessionsByEnergy ON sessions(energyWh, id);
CREATE INDEX sessionsByDuration ON sessions(durationMs, id);
CREATE INDEX sessionsByLog ON sessions(receivedAt, id);
CREATE INDEX sessionsByOutlet ON sessions(outletId) WHERE outletId IS NOT NULL;
CREATE INDEX sessionsByTagRow ON sessions(tagId) WHERE tagId IS NOT NULL;

CREATE TABLE orphanStops (
  id INTEGER PRIMARY KEY,
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE CASCADE,
  transactionId INTEGER NOT NULL, idTag TEXT, stoppedAt INTEGER NOT NULL, meterStopWh INTEGER NOT NULL,
  reason TEXT, payload TEXT NOT NULL, receivedAt INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sameOrphanStop ON orphanStops(stationId, transactionId, stoppedAt, meterStopWh);

CREATE TABLE samples (
  stationId INTEGER NOT NULL, connectorId INTEGER NOT NULL, sampledAt INTEGER NOT NULL, context INTEGER NOT NULL,
  sessionId INTEGER, receivedAt INTEGER NOT NULL,
  energyWh INTEGER, powerW INTEGER, currentMa INTEGER, voltageMv INTEGER, socPercent REAL, offeredMa INTEGER, temperatureC REAL,
  other TEXT,
  PRIMARY KEY (stationId, connectorId, sampledAt, context)
) STRICT, WITHOUT ROWID;

CREATE TABLE outletHours (
  hourAt INTEGER NOT NULL, stationId INTEGER NOT NULL, connectorId INTEGER NOT NULL, siteId INTEGER NOT NULL,
  sessions INTEGER NOT NULL, energyWh INTEGER NOT NULL, occupiedMs INTEGER NOT NULL, chargingMs INTEGER NOT NULL,
  PRIMARY KEY (hourAt, stationId, connectorId)
) STRICT, WITHOUT ROWID;
CREATE INDEX outletHoursBySite ON outletHours(siteId, hourAt);

CREATE TABLE commands (
  id INTEGER PRIMARY KEY,
  publicId TEXT NOT NULL UNIQUE,
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE CASCADE,
  request TEXT NOT NULL, state TEXT NOT NULL, answer TEXT, detail TEXT, byName TEXT NOT NULL,
  queuedAt INTEGER NOT NULL, sentAt INTEGER, answeredAt INTEGER, doneAt INTEGER
) STRICT;
CREATE INDEX commandsByStation ON commands(stationId, queuedAt);

CREATE TABLE configurationKeys (
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE CASCADE,
  key TEXT NOT NULL, readonly INTEGER NOT NULL, value TEXT, readAt INTEGER NOT NULL,
  PRIMARY KEY (stationId, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL, receivedAt INTEGER NOT NULL, kind TEXT NOT NULL, severity TEXT NOT NULL,
  stationId INTEGER REFERENCES stations(nodeId) ON DELETE CASCADE,
  siteId INTEGER REFERENCES nodes(id) ON DELETE CASCADE,
  sessionId INTEGER REFERENCES sessions(id) ON DELETE CASCADE,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX eventsByTime ON events(receivedAt);
CREATE INDEX eventsByStation ON events(stationId, receivedAt);
CREATE INDEX eventsBySite ON events(siteId, receivedAt);
CREATE INDEX eventsBySession ON events(sessionId) WHERE sessionId IS NOT NULL;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL, actor TEXT NOT NULL,
  accountId INTEGER REFERENCES accounts(id) ON DELETE SET NULL,
  action TEXT NOT NULL, subject TEXT NOT NULL, siteId INTEGER, address TEXT NOT NULL, before TEXT, after TEXT
) STRICT;
CREATE INDEX auditByTime ON audit(at);
CREATE INDEX auditByAccount ON audit(accountId) WHERE accountId IS NOT NULL;
`;
