/** Who sent a local list last, and the version that the station says to hold. Of old lists neither is known. */
export const localListTold = `
ALTER TABLE localLists ADD COLUMN triedBy TEXT;
ALTER TABLE localLists ADD COLUMN toldVersion INTEGER;
ALTER TABLE localLists ADD COLUMN toldAt INTEGER;
`;
