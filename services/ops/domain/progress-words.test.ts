import { progressWords } from './progress-words.ts';

const none = { events: 0, through: 0, failedAgain: 0, discarded: 0, waiting: 0, passedOver: 0 };

test.each([
  [{ events: 2, through: 2 }, 'All is through: 2 events.'],
  [
    { events: 3, through: 1, failedAgain: 1, waiting: 1 },
    '1 of 3 events through, 1 failed again, 1 waits to be sent.',
  ],
  [
    { passedOver: 2 },
    'No event waits because of this operation. 2 events passed over: a blocked key, or sent within 6 s.',
  ],
  [
    { events: 1, through: 1, passedOver: 1 },
    'All is through: 1 event. 1 event passed over: a blocked key, or sent within 6 s.',
  ],
])('what has become of a replay is said: %#', (counts, says) => {
  expect(progressWords({ operation: 'replay', dryRun: false }, { ...none, ...counts })).toBe(says);
});
