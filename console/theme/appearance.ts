import { ref, watchEffect } from 'vue';

export type Theme = 'auto' | 'light' | 'dark';
export type Density = 'compact' | 'comfortable' | 'spacious';

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const touch = window.matchMedia('(pointer: coarse)');
const systemIsDark = ref(dark.matches);
dark.addEventListener('change', (event) => {
  systemIsDark.value = event.matches;
});

/** The theme that was chosen; `auto` follows the machine. It is remembered for the sign-in page, and kept with the account. */
export const theme = ref<Theme>(remembered('theme', ['auto', 'light', 'dark'], 'auto'));
/** How close rows and controls stand; fingers get more room unless somebody chose. */
export const density = ref<Density>(
  remembered('density', ['compact', 'comfortable', 'spacious'], touch.matches ? 'spacious' : 'compact'),
);
/** What is on the screen now; charts take their colours anew when it changes. */
export const shownTheme = ref<'light' | 'dark'>('light');

watchEffect(() => {
  shownTheme.value = theme.value === 'auto' ? (systemIsDark.value ? 'dark' : 'light') : theme.value;
  document.documentElement.dataset.theme = shownTheme.value;
  localStorage.setItem('theme', theme.value);
});

watchEffect(() => {
  document.documentElement.dataset.density = density.value;
});

/** Chooses a density on this machine. */
export function chooseDensity(chosen: Density): void {
  density.value = chosen;
  localStorage.setItem('density', chosen);
}

function remembered<T extends string>(key: string, values: readonly T[], otherwise: T): T {
  const stored = localStorage.getItem(key);
  return values.find((value) => value === stored) ?? otherwise;
}
