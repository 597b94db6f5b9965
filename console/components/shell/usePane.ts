import { ref } from 'vue';

const narrowest = 220;
const widest = 420;
const remembered = Number(localStorage.getItem('navigation.width'));
const width = ref(remembered >= narrowest && remembered <= widest ? remembered : 300);
const isRail = ref(localStorage.getItem('navigation.rail') === 'yes');

/** Width of the navigation, or its folding to a rail: of this machine, not of the account. */
export function usePane() {
  return {
    width,
    isRail,
    narrowest,
    widest,
    resize(to: number): void {
      width.value = Math.round(Math.min(widest, Math.max(narrowest, to)));
      localStorage.setItem('navigation.width', String(width.value));
    },
    toggleRail(): void {
      isRail.value = !isRail.value;
      localStorage.setItem('navigation.rail', isRail.value ? 'yes' : 'no');
    },
  };
}
