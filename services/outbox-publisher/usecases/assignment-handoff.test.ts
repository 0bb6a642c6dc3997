import { createAssignmentHandoff } from './assignment-handoff.ts';

const first = { epoch: 1n, buckets: [1, 2] };
const second = { epoch: 1n, buckets: [1] };

test('a change is done only when the loop is between two passes', async () => {
  const handoff = createAssignmentHandoff(() => undefined);
  let isDone = false;
  const changed = handoff.assign(first).then(() => (isDone = true));
  await Promise.resolve();
  expect(isDone).toBe(false);
  expect(handoff.collect()).toBe(first);
  await changed;
});

test('a pass under the assignment before learns that it is not wanted any more', () => {
  const handoff = createAssignmentHandoff(() => undefined);
  void handoff.assign(first);
  void handoff.assign(second);
  expect(handoff.isWanted(first)).toBe(false);
  expect(handoff.isWanted(second)).toBe(true);
  handoff.withdraw();
  expect(handoff.collect()).toBeUndefined();
});

test('the same assignment again disturbs nobody', async () => {
  let changes = 0;
  const handoff = createAssignmentHandoff(() => (changes += 1));
  void handoff.assign(first);
  await handoff.assign({ epoch: 1n, buckets: [1, 2] });
  expect(changes).toBe(1);
  expect(handoff.isWanted(first)).toBe(true);
});
