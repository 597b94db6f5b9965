import { isSecretName, MASK, secretWords } from './names.ts';

// Everything that repeats is bounded: what stands here comes from strangers, and a pattern that goes back and forth would stop everyone.
const scheme = '[a-z][a-z0-9+.-]{0,19}:\\/\\/';
/** An address alone: whatever stands in its password. */
const onlyAddress = new RegExp(`^(\\s{0,9}${scheme}[^\\s/:@]{0,255}):(?:[^\\s/]*@|[^\\s@]*@)`, 'i');
const address = new RegExp(`(${scheme}[^\\s/:@"'<>]{0,255}):(?:[^\\s"'<>/]{0,255}@|[^\\s"'<>@]{0,255}@)`, 'gi');
/** The paths under which our own file server opens one transfer. */
const oneTimePath = /(\/files\/[0-9a-f]{1,64}\/)[0-9a-f]{32}(?![0-9a-f])/gi;
const header = /(authorization["']?\s{0,9}[:=]\s{0,9}["']?(?:(?:basic|bearer|digest)\s{1,9})?)[^\s"',;<>]+/gi;
const assignment = new RegExp(`((?:${secretWords})\\w{0,20}["']?\\s{0,9}[=:]\\s{0,9})("[^"]*"?|'[^']*'?|[^\\s"'<>&;,]+)`, 'gi');
const privateKey = /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)[\s\S]*?(?=-----END|$)/g;

/** Text that is no JSON and no XML: something broken, an address, a sentence. */
export function maskSentence(text: string): string {
  let out = text;
  if (out.includes('@')) out = out.replace(onlyAddress, `$1:${MASK}@`).replace(address, `$1:${MASK}@`);
  if (out.includes('/files/')) out = out.replace(oneTimePath, `$1${MASK}`);
  if (out.includes('PRIVATE KEY')) out = out.replace(privateKey, `$1${MASK}`);
  if (!/[:=]/.test(out)) return out;
  out = out.replace(header, `$1${MASK}`).replace(assignment, (_whole, name: string, value: string) => name + hidden(value));
  return maskPairs(out);
}

/** A mask in the quotes of what it hides. */
function hidden(value: string): string {
  const quote = /^["']/.exec(value)?.[0] ?? '';
  return quote + MASK + quote;
}

const piece = /[{}]|\b(key|name|value)["']?\s{0,9}[:=]\s{0,9}("[^"]*"?|'[^']*'?|[^"'\s,{}]+)/gi;

/** `key=AuthorizationKey … value=…` and the other way round, as in JSON that is broken. */
function maskPairs(text: string): string {
  if (!/value/i.test(text)) return text;
  const hide = new Set<number>();
  let isSecret: boolean | null = null;
  let early: number[] = [];
  let isInside = false;
  const pieces = [...text.matchAll(piece)];
  for (const { 0: whole, 1: name, 2: value = '', index } of pieces) {
    if (name === undefined) {
      isInside = whole === '{';
      isSecret = null;
      early = [];
    } else if (name.toLowerCase() !== 'value') {
      isSecret = isSecretName(value);
      if (isSecret) for (const at of early) hide.add(at);
      early = [];
    } else if (isSecret) hide.add(index);
    else if (isSecret === null) early.push(index);
  }
  // It was cut before it said whose value this is.
  if (isInside) for (const at of early) hide.add(at);
  if (hide.size === 0) return text;
  return text.replace(piece, (whole: string, _name, value: string | undefined, index: number) =>
    hide.has(index) && value !== undefined ? whole.slice(0, -value.length) + hidden(value) : whole,
  );
}
