import { isConfigurationAnswer, isSecretKey, keepConfiguration } from '../station/configuration.ts';
import { rule } from './rule.ts';

/** The keys that a station answers are kept. Asked for all of them, it replaces what was known. */
export const getConfiguration = rule('getConfiguration', {
  answered: (central, station, request, answer) => {
    if (answer.outcome !== 'accepted' || !isConfigurationAnswer(answer.detail)) return [];
    const isFull = request.keys === undefined || request.keys.length === 0;
    return keepConfiguration(central, station, answer.detail, isFull);
  },
  detail: (_request, answer) => {
    if (!('detail' in answer) || !isConfigurationAnswer(answer.detail)) return 'detail' in answer ? answer.detail : null;
    const keys = answer.detail.keys.map((key) => (isSecretKey(key.key) ? { ...key, value: null } : key));
    return { ...answer.detail, keys };
  },
});
