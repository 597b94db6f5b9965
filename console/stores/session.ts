import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { Language, Me } from '../../shared/api/account.ts';
import type { Right } from '../../shared/model/rights.ts';
import { api, closeLine, failureOf, onNotSignedIn, openLine } from '../api.ts';
import { browserLanguage, setLanguage } from '../i18n.ts';
import { theme } from '../theme/appearance.ts';

/** `expired`: the sign-in ended while somebody works; the page stays, and signing in again lies over it. */
export type SessionState = 'asking' | 'unreachable' | 'signedOut' | 'signedIn' | 'expired';

/** Who is signed in, and the settings that follow the account. */
export const useSession = defineStore('session', () => {
  const state = ref<SessionState>('asking');
  const me = shallowRef<Me | null>(null);
  /** Rises with each sign-in: what was subscribed under the one before begins anew. */
  const signInCount = ref(0);

  async function adopt(person: Me): Promise<void> {
    me.value = person;
    theme.value = person.settings.theme;
    await setLanguage(person.settings.language ?? browserLanguage());
    state.value = 'signedIn';
    signInCount.value++;
    if (!person.mustChangePassword) openLine();
  }

  /** Asks the daemon who this browser is signed in as. */
  async function ask(): Promise<void> {
    state.value = 'asking';
    try {
      await adopt(await api.account.me.query());
    } catch (cause) {
      const { code } = failureOf(cause);
      state.value = code === 'notSignedIn' ? 'signedOut' : 'unreachable';
    }
  }

  async function signIn(email: string, password: string): Promise<void> {
    const before = me.value;
    const { me: person } = await api.account.signIn.mutate({ email, password });
    // What stands on the screen belongs to the one who was signed in before.
    if (before && before.accountId !== person.accountId) return location.reload();
    await closeLine();
    await adopt(person);
  }

  async function signOut(): Promise<void> {
    await closeLine();
    await api.account.signOut.mutate().catch((cause: unknown) => failureOf(cause));
    location.assign('/');
  }

  async function saveSettings(settings: Partial<Me['settings']>): Promise<void> {
    me.value = await api.account.saveSettings.mutate(settings);
  }

  /** Takes a language at once, and keeps it with the account. */
  async function chooseLanguage(language: Language): Promise<void> {
    await setLanguage(language);
    if (state.value === 'signedIn') await saveSettings({ language });
  }

  const has = (right: Right): boolean => me.value?.rights.includes(right) ?? false;

  onNotSignedIn(() => {
    if (state.value === 'signedIn') state.value = 'expired';
  });

  return { state, me, signInCount, ask, adopt, signIn, signOut, saveSettings, chooseLanguage, has };
});
