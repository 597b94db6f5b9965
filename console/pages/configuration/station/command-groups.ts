import {
  mdiBroom,
  mdiCogOutline,
  mdiFileDocumentOutline,
  mdiLockOpenVariantOutline,
  mdiMessageArrowRightOutline,
  mdiPlay,
  mdiPower,
  mdiRestart,
  mdiStop,
} from '@mdi/js';
import type { OfferedKind } from '../../../composables/useRequestText.ts';

/** The commands in the order of the list. */
export const commandGroups: readonly Readonly<{ key: string; kinds: readonly OfferedKind[] }>[] = [
  { key: 'charging', kinds: ['remoteStart', 'remoteStop', 'unlock'] },
  { key: 'station', kinds: ['reset', 'changeAvailability', 'trigger', 'clearCache'] },
  { key: 'configuration', kinds: ['getConfiguration', 'changeConfiguration'] },
];

export const commandIcon: Readonly<Record<OfferedKind, string>> = {
  remoteStart: mdiPlay,
  remoteStop: mdiStop,
  unlock: mdiLockOpenVariantOutline,
  reset: mdiRestart,
  changeAvailability: mdiPower,
  trigger: mdiMessageArrowRightOutline,
  clearCache: mdiBroom,
  getConfiguration: mdiFileDocumentOutline,
  changeConfiguration: mdiCogOutline,
};
