import { isSecretName } from '../secrets/names.ts';
import { isConfigurationAnswer, keepConfiguration, readAllKeys } from '../station/configuration.ts';
import { rule } from './rule.ts';

const isForAll = ({ keys }: { keys?: readonly string[] }) => keys === undefined || keys.length === 0;

/** The keys that a station answers are kept. Asked for all of them, it replaces what was known. */
export const getConfiguration = rule('getConfiguration', {
  call: (link, request, onSent) => (isForAll(request) ? readAllKeys(link, onSent) : link.call(request, onSent)),
  answered: (central, station, request, answer) => {
    if (answer.outcome !== 'accepted' || !isConfigurationAnswer(answer.detail)) return [];
    return keepConfiguration(central, station, answer.detail, isForAll(request));
  },
  detail: (_request, answer) => {
    if (!('detail' in answer) || !isConfigurationAnswer(answer.detail)) return 'detail' in answer ? answer.detail : null;
    const keys = answer.detail.keys.map((key) => (isSecretName(key.key) ? { ...key, value: null } : key));
    return { ...answer.detail, keys };
  },
});
