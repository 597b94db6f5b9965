import { type ComputedRef, computed, onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue';
import { type LocationQuery, useRoute, useRouter } from 'vue-router';
import type { Column, Sort, TableView } from '../../shared/model/table.ts';
import { api } from '../api.ts';
import {
  filterText,
  initialState,
  parseFilter,
  parseSort,
  sameState,
  sortText,
  stateOfView,
  type TableState,
} from './table-state.ts';

/** What a person makes of a table: in the address (filters, order), and with the account (everything, and named views). */
export type Table = Readonly<{
  /** Null until the remembered view is known. */
  state: Readonly<ShallowRef<TableState | null>>;
  initial: TableState;
  change(part: Partial<TableState>): void;
  reset(): void;
  views: Readonly<ShallowRef<readonly TableView[]>>;
  /** The named view that was opened last, and whether the table has been changed since. */
  viewName: Readonly<Ref<string>>;
  isEdited: ComputedRef<boolean>;
  openView(name: string): void;
  saveView(name: string): Promise<void>;
  removeView(name: string): Promise<void>;
}>;

const saveAfterMs = 800;

export function useTable(name: string, columns: readonly Column[], initialSort: readonly Sort[], zone: () => string): Table {
  const route = useRoute();
  const router = useRouter();
  const initial = initialState(columns, initialSort);
  const state = shallowRef<TableState | null>(null);
  const views = shallowRef<readonly TableView[]>([]);
  const viewName = ref('');
  let saving: ReturnType<typeof setTimeout> | undefined;

  const opened = computed(() => views.value.find((view) => view.name === viewName.value && view.name !== ''));
  const isEdited = computed(() => {
    if (!state.value) return false;
    const base = opened.value ? stateOfView(opened.value, initial, Date.now(), zone()) : initial;
    return !sameState(state.value, base);
  });

  function ofAddress(query: LocationQuery): Pick<TableState, 'filters' | 'sort'> | null {
    if (query.f === undefined && query.sort === undefined) return null;
    const filters = [query.f ?? []].flat().flatMap((text) => parseFilter(text ?? '', columns, Date.now(), zone()) ?? []);
    const sort = typeof query.sort === 'string' ? parseSort(query.sort, columns) : initialSort;
    return { filters, sort: sort.length > 0 ? sort : initialSort };
  }

  function toAddress(now: TableState): void {
    const { f: _f, sort: _sort, view: _view, ...others } = route.query;
    const isInitialSort = sortText(now.sort) === sortText(initialSort);
    const query = {
      ...others,
      ...(now.filters.length > 0 ? { f: now.filters.map(filterText) } : {}),
      ...(isInitialSort ? {} : { sort: sortText(now.sort) }),
      ...(viewName.value ? { view: viewName.value } : {}),
    };
    void router.replace({ query, hash: route.hash });
  }

  const asView = (now: TableState, as: string): TableView => ({
    name: as,
    columns: now.columns.map((column) => ({ ...column })),
    filters: [...now.filters],
    sort: [...now.sort],
  });

  /** Nobody waits for it and nothing is lost when it fails: the next change saves again. */
  function remember(): void {
    clearTimeout(saving);
    saving = undefined;
    if (state.value) api.account.saveView.mutate({ table: name, view: asView(state.value, '') }).catch(() => undefined);
  }

  function set(next: TableState): void {
    state.value = next;
    toAddress(next);
    clearTimeout(saving);
    saving = setTimeout(remember, saveAfterMs);
  }

  async function load(): Promise<void> {
    const known = await api.account.views.query({ table: name }).catch((): TableView[] => []);
    views.value = known.filter((view) => view.name !== '');
    if (typeof route.query.view === 'string') viewName.value = route.query.view;
    const last = known.find((view) => view.name === '');
    const remembered = last ? stateOfView(last, initial, Date.now(), zone()) : initial;
    state.value = { ...remembered, ...ofAddress(route.query) };
    if (state.value.sort.length === 0) state.value = { ...state.value, sort: initialSort };
    toAddress(state.value);
  }
  void load();

  // Back, forward and links bring other filters; a link to another node without any keeps those that are set.
  watch(
    () => route.query,
    (query) => {
      if (!state.value) return;
      const asked = ofAddress(query);
      if (!asked) toAddress(state.value);
      else if (!sameState({ ...state.value, ...asked }, state.value)) state.value = { ...state.value, ...asked };
    },
  );
  const rememberNow = () => {
    if (saving !== undefined) remember();
  };
  window.addEventListener('pagehide', rememberNow);
  onScopeDispose(() => {
    window.removeEventListener('pagehide', rememberNow);
    rememberNow();
  });

  return {
    state,
    initial,
    views,
    viewName,
    isEdited,
    change(part) {
      if (state.value) set({ ...state.value, ...part });
    },
    reset() {
      viewName.value = '';
      set(initial);
    },
    openView(as) {
      const view = views.value.find((known) => known.name === as);
      if (!view) return;
      viewName.value = as;
      set(stateOfView(view, initial, Date.now(), zone()));
    },
    async saveView(as) {
      if (!state.value) return;
      const view = asView(state.value, as);
      await api.account.saveView.mutate({ table: name, view });
      views.value = [...views.value.filter((known) => known.name !== as), view].toSorted((a, b) => a.name.localeCompare(b.name));
      viewName.value = as;
      toAddress(state.value);
    },
    async removeView(as) {
      await api.account.removeView.mutate({ table: name, name: as });
      views.value = views.value.filter((known) => known.name !== as);
      if (viewName.value === as) viewName.value = '';
      if (state.value) toAddress(state.value);
    },
  };
}
