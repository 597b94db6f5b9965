/** The local authorisation lists of stations, as far as they accepted them: no message reads them back (FACTS 6.10). Old stations have none from us. */
export const localLists = `
CREATE TABLE localLists (
  stationId INTEGER PRIMARY KEY REFERENCES stations(nodeId) ON DELETE CASCADE,
  automatic INTEGER NOT NULL DEFAULT 0,
  version INTEGER, acceptedAt INTEGER,
  triedVersion INTEGER, triedAt INTEGER, answer TEXT
) STRICT;
CREATE TABLE localListEntries (
  stationId INTEGER NOT NULL REFERENCES stations(nodeId) ON DELETE CASCADE,
  idTag TEXT NOT NULL, status TEXT NOT NULL, expiresAt INTEGER, parentIdTag TEXT,
  PRIMARY KEY (stationId, idTag)
) STRICT, WITHOUT ROWID;
`;
