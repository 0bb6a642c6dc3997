import { createLogger } from '#platform/base/logger.ts';
import type { ToldTimeline } from './tell-lifecycles.ts';
import { createTimelineWatch } from './watch-timelines.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const timeline: ToldTimeline = {
  entries: [],
  hasEarlier: false,
  consumers: [],
  timers: [],
  lifecycles: [],
  whyStuck: [],
};

test('a timeline of which nothing changes is sent again after its time', async () => {
  const load = () => Promise.resolve({ ...timeline });
  const watch = createTimelineWatch({
    listSchemas: () => Promise.resolve([]),
    readMarks: () => Promise.resolve([]),
    loadWhole: load,
    startRound: () => load,
    againAfterMs: 1,
    logger,
  });
  const reading = watch.watch('42', new AbortController().signal);
  const first = await reading.next();
  const second = await reading.next();
  expect(second.value).toEqual(first.value);
  expect(second.value).not.toBe(first.value);
  await reading.return(undefined);
  await watch.close();
});
