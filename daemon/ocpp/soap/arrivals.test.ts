import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Arrivals } from './arrivals.ts';

const arriving = () => new IncomingMessage(new Socket());
const end = (message: IncomingMessage, text: string) => {
  message.push(text);
  message.push(null);
};

test('R7: who sends bodies slowly loses the oldest of them, and keeps nobody else out', async () => {
  const arrivals = new Arrivals(3);
  const station = arriving();
  const honest = arrivals.read(station, '192.0.2.1');
  const slow = [arriving(), arriving(), arriving()];
  const read = slow.map((message) => arrivals.read(message, '192.0.2.66'));
  await expect(read[0]).rejects.toThrow('broken off');
  expect(slow.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
  end(station, 'a message');
  expect(String(await honest)).toBe('a message');
  // There is room again for one more.
  const late = arriving();
  const last = arrivals.read(late, '192.0.2.2');
  for (const message of [...slow.slice(1), late]) end(message, 'late');
  expect((await Promise.all([read[1], read[2], last])).map(String)).toEqual(['late', 'late', 'late']);
});
