import { type AsyncComponentLoader, type Component, defineAsyncComponent, h } from 'vue';
import AppSkeleton from './components/AppSkeleton.vue';
import PageNotLoaded from './components/shell/PageNotLoaded.vue';

/**
 * A page whose code is fetched when it is first opened. The address changes at once, and when the code does not come, the reader is told
 * there; a route that fetches for itself would stay where it was, without a word.
 */
export function lazyPage(load: AsyncComponentLoader<Component>): Component {
  const page = defineAsyncComponent({
    loader: load,
    loadingComponent: AppSkeleton,
    errorComponent: PageNotLoaded,
  });
  // Wrapped, since the router asks for functions where it sees an asynchronous component.
  return { render: () => h(page) };
}
