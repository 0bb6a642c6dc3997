import { createSeqFloor } from './seq-floor.ts';

test('the floor of a bucket only rises, until all are taken back to the very first row', () => {
  const floor = createSeqFloor();
  floor.raise(new Map([[1, '9']]));
  floor.raise(
    new Map([
      [1, '100'],
      [2, '5'],
    ]),
  );
  floor.raise(new Map([[1, '20']]));
  expect([1, 2, 3].map(floor.of)).toEqual(['100', '5', '0']);
  floor.reset();
  expect([1, 2, 3].map(floor.of)).toEqual(['0', '0', '0']);
});
