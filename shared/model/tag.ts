/**
 * A tag's number as people read it from the card (PRODUCT M13): decimal of a hex text, the text itself when it is all digits.
 * Null for what is no number: a virtual tag, a vehicle's identity.
 */
export function tagDecimal(idTag: string): string | null {
  if (/^\d+$/.test(idTag)) return idTag;
  return /^[0-9A-F]+$/i.test(idTag) && idTag.length >= 6 && idTag.length % 2 === 0 ? BigInt(`0x${idTag}`).toString() : null;
}

/** Digits of an RFID's identifier in hex: 4, 7 or 10 bytes. */
const widths = [8, 14, 20];

/** The same number in hex, as readers print it; null for what is no number. */
export function tagHex(idTag: string): string | null {
  if (!/^\d+$/.test(idTag)) return tagDecimal(idTag) === null ? null : idTag.toUpperCase();
  const bare = BigInt(idTag).toString(16).toUpperCase();
  return bare.padStart(widths.find((width) => width >= bare.length) ?? bare.length, '0');
}
