/**
 * What stations that speak SOAP need: where they are called, and from which networks a station may come. Old rows get null: no address
 * known, any network.
 */
export const soap = `
ALTER TABLE stations ADD COLUMN callBackOverride TEXT;
ALTER TABLE stations ADD COLUMN callBackSeen TEXT;
ALTER TABLE stations ADD COLUMN callBackSeenAt INTEGER;
ALTER TABLE stations ADD COLUMN sourceNetworks TEXT;
`;
