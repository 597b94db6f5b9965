import { useI18n } from 'vue-i18n';
import { failureOf } from '../api.ts';

/** What went wrong, in the reader's language. */
export function useErrorText(): (cause: unknown) => string {
  const { t } = useI18n();
  return (cause) => {
    const { code, facts } = failureOf(cause);
    return t(`errors.${code}`, { ...facts });
  };
}
