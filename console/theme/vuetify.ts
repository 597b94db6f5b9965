import { createVuetify } from 'vuetify';
import { aliases, mdi } from 'vuetify/iconsets/mdi-svg';
import { en, no, sv } from 'vuetify/locale';

/**
 * Vuetify for what is hard to do well by hand: overlays, menus, fields. Its theme is off: its variables stand in
 * `tokens.css`, so there is one place for colours and no style element that the content security policy would refuse.
 */
export const vuetify = createVuetify({
  theme: false,
  icons: { defaultSet: 'mdi', aliases, sets: { mdi } },
  locale: { locale: 'en', fallback: 'en', messages: { en, no, sv } },
  defaults: {
    global: { ripple: false },
    VTextField: { variant: 'outlined', density: 'compact', hideDetails: 'auto', singleLine: true },
    VTextarea: { variant: 'outlined', density: 'compact', hideDetails: 'auto', singleLine: true, autoGrow: true, rows: 3 },
    VSelect: { variant: 'outlined', density: 'compact', hideDetails: 'auto', singleLine: true },
    VAutocomplete: { variant: 'outlined', density: 'compact', hideDetails: 'auto', singleLine: true },
    VCheckbox: { density: 'compact', hideDetails: 'auto' },
  },
});

/** Vuetify's name of a language: it says `no` where the application says `nb`. */
export const vuetifyLocale = { en: 'en', nb: 'no', sv: 'sv' } as const;
