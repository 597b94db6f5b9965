import type { Protocol } from './station.ts';

/** What carries a station's messages. Its first accepted contact binds it to one, until an operator releases it (SECURITY A10). */
export const transportOf = (protocol: Protocol): 'json' | 'soap' => (protocol.endsWith('S') ? 'soap' : 'json');
