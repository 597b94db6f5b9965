import { readFile } from 'node:fs/promises';
import { baseCompile } from '@intlify/message-compiler';
import type { Plugin } from 'vite';

type Messages = { [key: string]: string | Messages };

/** Characters that mean something to vue-i18n; a text without them needs no compiling. */
const special = /[{}@|$]/;

function compile(messages: Messages): object {
  return Object.fromEntries(
    Object.entries(messages).map(([key, value]) => {
      if (typeof value !== 'string') return [key, compile(value)];
      return [key, special.test(value) ? baseCompile(value, { jit: true, location: false }).ast : value];
    }),
  );
}

/**
 * `import('…/en.json?messages')` gives the texts as syntax trees. The pages then carry neither the message compiler nor
 * generated code, and the content security policy needs no `unsafe-eval`.
 */
export function messages(): Plugin {
  return {
    name: 'charge-portal:messages',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith('.json?messages')) return null;
      const file = id.slice(0, -'?messages'.length);
      this.addWatchFile(file);
      const source: Messages = JSON.parse(await readFile(file, 'utf8'));
      return { code: `export default ${JSON.stringify(compile(source))}`, moduleType: 'js' };
    },
  };
}
