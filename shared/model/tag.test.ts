import { expect, test } from 'vitest';
import { tagDecimal, tagHex } from './tag.ts';

test.each([
  ['04A1B2C3', '77705923', '04A1B2C3'],
  ['77705923', '77705923', '04A1B2C3'],
  ['04a1b2c3d4e5f6', '1303689068602870', '04A1B2C3D4E5F6'],
  ['VIRTUAL-7', null, null],
  ['DE*ABC', null, null],
])('%s reads %s in decimal and %s in hex', (idTag, decimal, hex) => {
  expect([tagDecimal(idTag), tagHex(idTag)]).toEqual([decimal, hex]);
});
