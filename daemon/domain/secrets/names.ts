import { knownKey } from '../../../shared/model/configuration-keys.ts';

/** What stands in the place of a secret. */
export const MASK = '•••';

/** Words in the names of configuration keys and of vendors' members whose value is nobody's business, whatever their maker (SECURITY R16). */
const words = [
  'authori[sz]ation[ _.-]?key',
  'pass[ _-]?(?:word|wd|phrase|code)',
  'pwd',
  'psk',
  'pre[ _-]?shared',
  'secret',
  'credential',
  '(?:private|api|auth|encryption|wifi|wlan|wpa2?|wep)[ _-]?key',
  '(?:access|api|auth|bearer|refresh)[ _-]?token',
  'sim[ _-]?(?:pin|puk)',
].join('|');

/** The same inside a longer pattern. */
export const secretWords = words;

const secretName = new RegExp(`${words}|^\\s*authorization\\s*$`, 'i');

/** Whether the value beside this name must neither be stored nor shown. What is known of a key wins: some say how a password is read. */
export const isSecretName = (name: string): boolean => knownKey(name.trim())?.secret ?? secretName.test(name);
