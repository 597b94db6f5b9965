/** An address as it may be stored and shown: without its password. */
export function withoutPassword(location: string): string {
  return location
    .replace(/(\/files\/[0-9a-f]+\/)[0-9a-f]{32}(?=\/)/, '$1********')
    .replace(/^([a-z]+:\/\/[^/@:]*):[^/]*@/i, '$1:********@');
}
