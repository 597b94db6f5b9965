import { createRouter, createWebHistory } from 'vue-router';
import type { Right } from '../shared/model/rights.ts';
import { everything } from './composables/node-pages.ts';
import { lazyPage } from './lazy-page.ts';
import NodePage from './NodePage.vue';
import Home from './pages/home/Page.vue';

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the title: `page.<title>`. */
    title?: string;
    right?: Right;
    /** Opens in a window of its own, without the navigation. */
    alone?: boolean;
  }
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: Home },
    {
      path: '/session/:session',
      name: 'session',
      component: lazyPage(() => import('./pages/session/Page.vue')),
      meta: { title: 'session', right: 'sessions.read', alone: true },
    },
    { path: '/account', component: lazyPage(() => import('./pages/account/Page.vue')), meta: { title: 'account' } },
    {
      path: '/tokens',
      component: lazyPage(() => import('./pages/tokens/Page.vue')),
      meta: { title: 'tokens', right: 'tokens.manage' },
    },
    { path: `/:node(${uuid}|${everything})/:page?/:tab?`, name: 'node', component: NodePage },
    { path: '/:rest(.*)*', component: lazyPage(() => import('./pages/not-found/Page.vue')), meta: { title: 'notFound' } },
  ],
});
