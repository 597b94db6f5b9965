const isHex = (text: string) => /^[0-9A-F]+$/.test(text);
const reversed = (hex: string) => (hex.match(/../g) ?? []).reverse().join('');
/** Bytes of an RFID's identifier: 4, 7 or 10. */
const widths = [8, 14, 20];

/**
 * The texts under which a tag may be registered, given how a station sends it: in hex of any case, with separators, as decimal, with its
 * bytes in reverse (FACTS §6.2, §10). The first is the text itself; a match of it wins over the others.
 */
export function formsOfTag(idTag: string): readonly string[] {
  const text = idTag.trim().toUpperCase();
  const plain = text.replace(/[\s:.-]/g, '');
  const forms = new Set([text, plain]);
  // KEBA appends what it knows of the station to the card (FIELD 14).
  const suffixed = /^([0-9A-F]{8,20})_/.exec(text)?.[1];
  for (const hex of [plain, suffixed]) {
    if (hex === undefined || !isHex(hex) || !widths.includes(hex.length)) continue;
    forms.add(hex);
    forms.add(reversed(hex));
    forms.add(BigInt(`0x${hex}`).toString());
    forms.add(BigInt(`0x${reversed(hex)}`).toString());
  }
  if (/^[0-9]{1,25}$/.test(plain)) {
    forms.add(plain.replace(/^0+(?=.)/, ''));
    const bare = BigInt(plain).toString(16).toUpperCase();
    const width = widths.find((each) => each >= bare.length);
    if (width !== undefined) {
      const hex = bare.padStart(width, '0');
      forms.add(hex);
      forms.add(reversed(hex));
    }
  }
  return [...forms].filter((form) => form !== '');
}
