import { nextTick } from 'vue';
import { createI18n } from 'vue-i18n';
import { type Language, languages } from '../shared/api/account.ts';
import { vuetify, vuetifyLocale } from './theme/vuetify.ts';

/** Texts; English is loaded when another language lacks one. Each language is a part of its own that is fetched when needed. */
export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: {} });

const texts = {
  en: () => import('../shared/locales/en.json?messages'),
  nb: () => import('../shared/locales/nb.json?messages'),
  sv: () => import('../shared/locales/sv.json?messages'),
} satisfies Record<Language, () => Promise<{ default: object }>>;

/** The language that the browser asks for; Norwegian of any kind is bokmål. */
export function browserLanguage(): Language {
  const remembered = localStorage.getItem('language');
  for (const wanted of [remembered, ...navigator.languages]) {
    const code = wanted?.toLowerCase().split('-')[0];
    const language = code === 'no' || code === 'nn' ? 'nb' : languages.find((known) => known === code);
    if (language) return language;
  }
  return 'en';
}

/** Turns the whole console to a language, and remembers it for the sign-in page. */
export async function setLanguage(language: Language): Promise<void> {
  const { default: messages } = await texts[language]();
  i18n.global.setLocaleMessage(language, messages);
  i18n.global.locale.value = language;
  vuetify.locale.current.value = vuetifyLocale[language];
  document.documentElement.lang = language;
  localStorage.setItem('language', language);
  await nextTick();
}
