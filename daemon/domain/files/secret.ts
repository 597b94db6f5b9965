import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Keeps passwords of other servers, which are needed as they are: AES-256-GCM with a key that lies outside of the database. */
export type Safe = Readonly<{ lock(text: string): string; open(locked: string): string | null }>;

/** The safe of a data folder; its key is made when it is missing. A lost key loses the secrets, and nothing else. */
export function openSafe(keyFile: string): Safe {
  const key = () => (existsSync(keyFile) ? readFileSync(keyFile) : makeKey(keyFile));
  return {
    lock(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key(), nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(locked) {
      const bytes = Buffer.from(locked, 'base64');
      if (!existsSync(keyFile) || bytes.length < 28) return null;
      const decipher = createDecipheriv('aes-256-gcm', key(), bytes.subarray(0, 12), { authTagLength: 16 });
      decipher.setAuthTag(bytes.subarray(12, 28));
      try {
        return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return null; // Another key, or a changed text: as good as none.
      }
    },
  };
}

function makeKey(keyFile: string): Buffer {
  const key = randomBytes(32);
  const handle = openSync(keyFile, 'wx', 0o600);
  writeSync(handle, key);
  fsyncSync(handle);
  closeSync(handle);
  return key;
}
