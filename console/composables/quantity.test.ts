import { expect, test } from 'vitest';
import { durationText, energyText, numberText, parseDuration, parseNumber, powerText } from './quantity.ts';

test('numbers are written as the language writes them', () => {
  expect(energyText(1_234_567_890, 'en')).toBe('1,234,567.89');
  expect(energyText(1_234_567_890, 'nb').replace(/\s/g, ' ')).toBe('1 234 567,89');
  expect(numberText(128_412, 'sv').replace(/\s/g, ' ')).toBe('128 412');
});

test('a little power is not shown as none', () => {
  expect(powerText(40, 'en')).toBe('0.04');
  expect(powerText(11_040, 'en')).toBe('11.0');
});

test('durations are h:mm:ss and go beyond a day', () => {
  expect(durationText(0)).toBe('0:00:00');
  expect(durationText(4_704_999)).toBe('1:18:24');
  expect(durationText(100 * 3_600_000)).toBe('100:00:00');
  expect(durationText(-5)).toBe('0:00:00');
});

test.each([
  ['1 234,5', 1234.5],
  ['1\u00A0234.5', 1234.5],
  ['-3', -3],
  ['.5', 0.5],
  ['x', null],
  ['1.2.3', null],
  ['', null],
])('%j is read as %j', (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test.each([
  ['1:30', 5_400_000],
  ['0:00:05', 5_000],
  ['90', 5_400_000],
  ['1,5 min', 90_000],
  ['1:75', null],
  ['soon', null],
])('%j is read as a duration of %j ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});
