import { shallowRef } from 'vue';

export type Question = Readonly<{ title: string; text: string; verb: string; danger?: boolean }>;

/** The question that `ConfirmHost` asks now. */
export const asked = shallowRef<{ question: Question; answer: (yes: boolean) => void } | null>(null);

/** Asks before something that interrupts charging or cannot be undone. `text` names who is hit; `verb` is the button. */
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      question,
      answer(yes) {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}
