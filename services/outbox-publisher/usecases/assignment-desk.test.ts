import { createAssignmentDesk } from './assignment-desk.ts';

const first = { epoch: 1n, buckets: [1, 2] };
const second = { epoch: 1n, buckets: [1] };

test('a change is done only when the loop is between two passes', async () => {
  const desk = createAssignmentDesk(() => undefined);
  let isDone = false;
  const changed = desk.assign(first).then(() => (isDone = true));
  await Promise.resolve();
  expect(isDone).toBe(false);
  expect(desk.collect()).toBe(first);
  await changed;
});

test('a pass under the assignment before learns that it is not wanted any more', () => {
  const desk = createAssignmentDesk(() => undefined);
  void desk.assign(first);
  void desk.assign(second);
  expect(desk.isWanted(first)).toBe(false);
  expect(desk.isWanted(second)).toBe(true);
  desk.withdraw();
  expect(desk.collect()).toBeUndefined();
});

test('the same assignment again disturbs nobody', async () => {
  let changes = 0;
  const desk = createAssignmentDesk(() => (changes += 1));
  void desk.assign(first);
  await desk.assign({ epoch: 1n, buckets: [1, 2] });
  expect(changes).toBe(1);
  expect(desk.isWanted(first)).toBe(true);
});
