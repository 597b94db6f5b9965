import { expect, test } from 'vitest';
import { type CursorPage, useCursor } from './cursor.ts';

/** A list whose pages come when the test says so. */
function heldList() {
  const asked: { cursor: string | undefined; give: (page: CursorPage<number>) => void; fail: (cause: Error) => void }[] = [];
  const cursor = useCursor<number>((after) => new Promise((give, fail) => asked.push({ cursor: after, give, fail })));
  return { cursor, asked };
}

test('pages follow each other until the list is complete', async () => {
  const { cursor, asked } = heldList();
  const first = cursor.restart();
  expect(cursor.state.value).toBe('loading');
  asked[0]?.give({ rows: [1, 2], cursor: 'a' });
  await first;
  const second = cursor.more();
  asked[1]?.give({ rows: [3], cursor: null });
  await second;
  expect(asked.map((page) => page.cursor)).toEqual([undefined, 'a']);
  expect(cursor.rows.value).toEqual([1, 2, 3]);
  expect(cursor.complete.value).toBe(true);
  await cursor.more();
  expect(asked).toHaveLength(2);
});

test('a new question keeps the old rows until its own come, and late answers of the old one are dropped', async () => {
  const { cursor, asked } = heldList();
  const first = cursor.restart();
  asked[0]?.give({ rows: [1], cursor: 'a' });
  await first;
  const late = cursor.more();
  const renewed = cursor.restart();
  expect(cursor.state.value).toBe('renewing');
  expect(cursor.rows.value).toEqual([1]);
  asked[2]?.give({ rows: [7], cursor: null });
  await renewed;
  asked[1]?.give({ rows: [2], cursor: null });
  await late;
  expect(cursor.rows.value).toEqual([7]);
});

test('a page that fails can be asked for again, and the rows before it stay', async () => {
  const { cursor, asked } = heldList();
  const first = cursor.restart();
  asked[0]?.give({ rows: [1], cursor: 'a' });
  await first;
  const failing = cursor.more();
  asked[1]?.fail(new Error('offline'));
  await failing;
  expect(cursor.state.value).toBe('failed');
  expect(cursor.rows.value).toEqual([1]);
  const again = cursor.more();
  asked[2]?.give({ rows: [2], cursor: null });
  await again;
  expect(cursor.rows.value).toEqual([1, 2]);
});
