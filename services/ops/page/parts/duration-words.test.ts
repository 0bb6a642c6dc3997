import { durationWords } from './duration-words.ts';

test.each([
  [-3, '0 s'],
  [0.4, '0 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [61, '1 min 1 s'],
  [725, '12 min'],
  [7_500, '2 h 5 min'],
  [90_000, '1 d 1 h'],
  [864_000, '10 d'],
])('%d s are %s', (seconds, words) => expect(durationWords(seconds)).toBe(words));
