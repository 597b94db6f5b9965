/** Commands that wait, reservations, charging profiles that stations have, and how configuration keys changed. Old commands waited for nothing. */
export const commands = `
ALTER TABLE commands ADD COLUMN waitUntil INTEGER;
ALTER TABLE commands ADD COLUMN batchId TEXT;
CREATE INDEX waitingCommands ON commands(id) WHERE state = 'waiting';
CREATE INDEX commandsByBatch ON commands(batchId) WHERE batchId IS NOT NULL;

CREATE TABLE reservations (
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE CASCADE,
  reservationId INTEGER NOT NULL CHECK (reservationId BETWEEN 1 AND 2147483647),
  connectorId INTEGER NOT NULL CHECK (connectorId >= 0),
  idTag TEXT NOT NULL, parentIdTag TEXT,
  state TEXT NOT NULL CHECK (state IN ('active','used','expired','cancelled','lost')),
  byName TEXT NOT NULL, createdAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL, endedAt INTEGER,
  PRIMARY KEY (stationId, reservationId)
) STRICT, WITHOUT ROWID;
CREATE INDEX activeReservations ON reservations(stationId, expiresAt) WHERE state = 'active';

CREATE TABLE chargingProfiles (
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE CASCADE,
  profileId INTEGER NOT NULL,
  connectorId INTEGER NOT NULL, purpose TEXT NOT NULL, stackLevel INTEGER NOT NULL, transactionId INTEGER,
  profile TEXT NOT NULL, setAt INTEGER NOT NULL, byName TEXT NOT NULL,
  PRIMARY KEY (stationId, profileId)
) STRICT, WITHOUT ROWID;

CREATE TABLE configurationChanges (
  id INTEGER PRIMARY KEY,
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE CASCADE,
  key TEXT NOT NULL, before TEXT, after TEXT, changedAt INTEGER NOT NULL
) STRICT;
CREATE INDEX configurationChangesByKey ON configurationChanges(stationId, key, id);
-- A key that counts by itself must not fill the disk: the newest 50 of each are kept.
CREATE TRIGGER configurationKeyChanged AFTER UPDATE OF value ON configurationKeys WHEN OLD.value IS NOT NEW.value
BEGIN
  INSERT INTO configurationChanges (stationId, key, before, after, changedAt)
    VALUES (NEW.stationId, NEW.key, OLD.value, NEW.value, NEW.readAt);
  DELETE FROM configurationChanges WHERE stationId = NEW.stationId AND key = NEW.key AND id NOT IN (
    SELECT id FROM configurationChanges WHERE stationId = NEW.stationId AND key = NEW.key ORDER BY id DESC LIMIT 50);
END;
`;
