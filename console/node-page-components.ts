import type { Component } from 'vue';
import type { NodePageKey } from './composables/node-pages.ts';
import { lazyPage } from './lazy-page.ts';

/** What the pages of a node are made of; each is fetched when it is first opened. */
export const nodePageComponents: Readonly<Record<NodePageKey, Component>> = {
  overview: lazyPage(() => import('./pages/overview/Page.vue')),
  statistics: lazyPage(() => import('./pages/statistics/Page.vue')),
  outlet: lazyPage(() => import('./pages/outlet/Page.vue')),
  configuration: lazyPage(() => import('./pages/configuration/Page.vue')),
  firmware: lazyPage(() => import('./pages/firmware/Page.vue')),
  fileServer: lazyPage(() => import('./pages/file-server/Page.vue')),
  users: lazyPage(() => import('./pages/users/Page.vue')),
};
