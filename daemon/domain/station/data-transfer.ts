import type { Central } from '../central.ts';
import type { Station } from './station.ts';

/** Something of a vendor's own. `data` is text, often JSON. */
export type VendorData = Readonly<{ vendorId: string; messageId: string | null; data: string | null }>;
export type VendorAnswer = Readonly<{ status: 'Accepted' | 'Rejected' | 'UnknownMessageId' | 'UnknownVendorId'; data?: string }>;

/** We have no agreement with any vendor, and say so as OCPP 1.6 §4.3 asks: UnknownVendorId, without data. */
export function receiveData(_central: Central, station: Station, given: VendorData): VendorAnswer {
  station.log.debug({ vendorId: given.vendorId, messageId: given.messageId }, 'data of an unknown vendor');
  return { status: 'UnknownVendorId' };
}
