/** Intl codes of our languages: they differ from ours (UX §5). */
export const intlCode: Readonly<Record<string, string>> = { en: 'en-GB', nb: 'nb-NO', sv: 'sv-SE' };

const formats = new Map<string, Intl.NumberFormat>();

/** A number with its language's signs and a fixed count of decimals. */
export function numberText(value: number, language: string, decimals = 0): string {
  const key = `${language} ${decimals}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(intlCode[language] ?? language, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    formats.set(key, format);
  }
  return format.format(value);
}

/** Wh as kWh with two decimals, without the unit. */
export const energyText = (wh: number, language: string): string => numberText(wh / 1000, language, 2);

/** W as kW, without the unit; below 10 kW with two decimals, so that 40 W is not 0. */
export const powerText = (w: number, language: string): string => numberText(w / 1000, language, Math.abs(w) < 10_000 ? 2 : 1);

/** `1:18:24`; hours go on beyond 24. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

/** A number as people type it in any of our languages: comma or point, spaces of any kind between thousands. Null when it is none. */
export function parseNumber(text: string): number | null {
  const plain = text
    .replace(/[\s\u00A0\u202F]/g, '')
    .replace('\u2212', '-')
    .replace(',', '.');
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(plain) ? Number(plain) : null;
}

/** A duration as people type it, in ms: `1:30` and `1:30:00` are hours and minutes, a bare number is minutes. */
export function parseDuration(text: string): number | null {
  const clock = /^\s*(\d+):([0-5]\d)(?::([0-5]\d))?\s*$/.exec(text);
  if (clock) return ((Number(clock[1]) * 60 + Number(clock[2])) * 60 + Number(clock[3] ?? 0)) * 1000;
  const minutes = parseNumber(text.replace(/min\.?$/i, ''));
  return minutes === null || minutes < 0 ? null : Math.round(minutes * 60_000);
}
