import { type Component, defineAsyncComponent } from 'vue';
import type { NodePageKey } from './composables/node-pages.ts';

/** What the pages of a node are made of; each is fetched when it is first opened. */
export const nodePageComponents: Readonly<Record<NodePageKey, Component>> = {
  overview: defineAsyncComponent(() => import('./pages/overview/Page.vue')),
  statistics: defineAsyncComponent(() => import('./pages/statistics/Page.vue')),
  outlet: defineAsyncComponent(() => import('./pages/outlet/Page.vue')),
  configuration: defineAsyncComponent(() => import('./pages/configuration/Page.vue')),
  firmware: defineAsyncComponent(() => import('./pages/firmware/Page.vue')),
  fileServer: defineAsyncComponent(() => import('./pages/file-server/Page.vue')),
  users: defineAsyncComponent(() => import('./pages/users/Page.vue')),
};
