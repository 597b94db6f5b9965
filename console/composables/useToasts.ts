import { reactive } from 'vue';

export type Toast = Readonly<{ id: number; text: string; kind: 'plain' | 'error' }>;

/** What `ToastHost` shows. The oldest goes when a fifth comes. */
export const toasts = reactive<Toast[]>([]);
/** What screen readers are told politely, without anything on the screen. */
export const spoken = reactive({ text: '' });
let lastId = 0;

/** Says something in passing: shown for six seconds and read aloud. An error stays until it is closed. */
export function toast(text: string, kind: Toast['kind'] = 'plain'): void {
  const id = ++lastId;
  toasts.push({ id, text, kind });
  if (toasts.length > 4) toasts.shift();
  if (kind === 'plain') setTimeout(() => closeToast(id), 6000);
}

export function closeToast(id: number): void {
  const at = toasts.findIndex((shown) => shown.id === id);
  if (at >= 0) toasts.splice(at, 1);
}

/** Says something to screen readers only. */
export function announce(text: string): void {
  spoken.text = text;
}
