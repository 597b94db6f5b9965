import '@fontsource-variable/inter/wght.css';
import 'vuetify/styles/core';
import './theme/tokens.css';
import './theme/base.css';
import './theme/vuetify.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { browserLanguage, i18n, setLanguage } from './i18n.ts';
import { router } from './routes.ts';
import { vuetify } from './theme/vuetify.ts';

await setLanguage(browserLanguage());
createApp(App).use(createPinia()).use(router).use(i18n).use(vuetify).mount('#app');
