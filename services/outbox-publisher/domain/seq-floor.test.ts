import { createSeqFloor } from './seq-floor.ts';

test('it only rises, until it is taken back to the very first row', () => {
  const floor = createSeqFloor();
  floor.raise('9');
  floor.raise('100');
  floor.raise('20');
  expect(floor.at()).toBe('100');
  floor.reset();
  expect(floor.at()).toBe('0');
});
