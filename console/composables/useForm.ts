import { computed, ref, shallowRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { failureOf } from '../api.ts';
import { useErrorText } from './useErrorText.ts';

/** Refusals that are about one field: they stand at it. */
const fieldOf: Readonly<Record<string, string>> = {
  nameTaken: 'name',
  chargeBoxIdTaken: 'chargeBoxId',
  chargeBoxIdInvalid: 'chargeBoxId',
  emailTaken: 'email',
  tagTaken: 'tags',
  passwordWrong: 'password',
};

/** Texts of `fieldErrors`; any other reason of the daemon is shown as `invalid`. */
const known = ['required', 'email', 'tooShort', 'noLetter', 'noDigit', 'differs', 'invalid'];

/** What went wrong while a form was sent: at its fields where one is to blame, else as a whole. Nothing typed is lost. */
export function useForm() {
  const { t, te } = useI18n();
  const errorText = useErrorText();
  const isBusy = ref(false);
  const cause = shallowRef<unknown>(null);
  const missing = shallowRef<Readonly<Record<string, string>>>({});

  const failure = computed(() => (cause.value === null ? null : failureOf(cause.value)));
  const errors = computed<Readonly<Record<string, string>>>(() => {
    const found: Record<string, string> = {};
    for (const [field, reason] of Object.entries({ ...failure.value?.fields, ...missing.value })) {
      found[field] =
        known.includes(reason) && te(`fieldErrors.${reason}`) ? t(`fieldErrors.${reason}`) : t('fieldErrors.invalid');
    }
    const field = failure.value ? fieldOf[failure.value.code] : undefined;
    if (field) found[field] = errorText(cause.value);
    return found;
  });
  /** What no field shows. */
  const failed = computed(() => (failure.value && !(failure.value.code in fieldOf) ? errorText(cause.value) : ''));

  /** Marks the fields that are empty; whether none is. */
  function require(fields: Readonly<Record<string, string>>): boolean {
    cause.value = null;
    missing.value = Object.fromEntries(Object.entries(fields).flatMap(([field, value]) => (value ? [] : [[field, 'required']])));
    return Object.keys(missing.value).length === 0;
  }

  /** Sends, unless it is being sent; whether it went well. */
  async function send(work: () => Promise<void>): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    cause.value = null;
    try {
      await work();
      return true;
    } catch (thrown) {
      cause.value = thrown;
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  /** Marks a field by a reason of `fieldErrors`. */
  function mark(field: string, reason: string): void {
    missing.value = { ...missing.value, [field]: reason };
  }

  return { isBusy, errors, failed, failure, require, mark, send };
}
