import { system } from '../../shared/api/system.ts';
import type { JsonValue } from '../../shared/model/json.ts';
import { createToken, listTokens, revokeToken } from '../domain/user/access-token.ts';
import { auditPage } from '../storage/audit.ts';
import { implement } from './procedure.ts';

/** The system as a whole. */
export const systemRouter = implement(system, {
  addresses({ addresses }) {
    const { console, ocpp16, ocpp16Tls, ocpp15, ocpp16Soap } = addresses();
    return {
      console: [...console],
      ocpp16: [...ocpp16],
      ocpp16Tls: [...ocpp16Tls],
      ocpp15: [...ocpp15],
      ocpp16Soap: [...ocpp16Soap],
    };
  },
  tokens: ({ central }) => listTokens(central),
  createToken: ({ central, person, input }) => createToken(central, person, input),
  async revokeToken({ central, person, input }) {
    await revokeToken(central, person, input.id);
    return {};
  },
  async audit({ central, input }) {
    const rows = await auditPage(central.storage.read, input);
    return rows.map(({ accountId: _, siteId: __, before, after, ...row }) => ({
      ...row,
      before: parsed(before),
      after: parsed(after),
    }));
  },
});

const parsed = (json: string | null): JsonValue => (json === null ? null : JSON.parse(json));
