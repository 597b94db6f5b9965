import {
  mdiAlert,
  mdiAlertOctagon,
  mdiCheck,
  mdiCheckCircleOutline,
  mdiDeleteOutline,
  mdiMinusCircleOutline,
  mdiPencilOutline,
  mdiPlus,
  mdiPowerOff,
  mdiSync,
} from '@mdi/js';
import type { LocalListPlace, LocalListState } from '../../../../../shared/model/local-list.ts';

/** Shape and colour of how a list stands. */
export const stateLook: Readonly<Record<LocalListState, Readonly<{ icon: string; colour: string }>>> = {
  off: { icon: mdiMinusCircleOutline, colour: 'st-offline' },
  inStep: { icon: mdiCheckCircleOutline, colour: 'st-available' },
  behind: { icon: mdiAlert, colour: 'st-attention' },
  sending: { icon: mdiSync, colour: '' },
  failed: { icon: mdiAlertOctagon, colour: 'st-fault' },
  tooLong: { icon: mdiAlertOctagon, colour: 'st-fault' },
  lost: { icon: mdiAlert, colour: 'st-attention' },
  switchedOff: { icon: mdiPowerOff, colour: 'st-attention' },
  notSupported: { icon: mdiMinusCircleOutline, colour: 'st-offline' },
};

export const placeIcon: Readonly<Record<LocalListPlace, string>> = {
  same: mdiCheck,
  missing: mdiPlus,
  differs: mdiPencilOutline,
  goes: mdiDeleteOutline,
};
