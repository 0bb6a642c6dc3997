import type { Logger } from '#platform/base/logger.ts';
import type { Member } from '../domain/member.ts';
import { createEndFenced } from './end-fenced.ts';

test('a publisher that cannot be fenced off is named, and those that are gone beside it are ended', async () => {
  const gone = [1n, 2n].map((epoch) => ({ epoch }) as Member);
  const ended: bigint[] = [];
  const warned: unknown[] = [];
  const done = Promise.withResolvers<undefined>();
  const logger = {
    info: () => undefined,
    warn: ({ epoch }: { epoch?: string }) => {
      warned.push(epoch);
      // of the list as a whole: nothing comes after it
      if (epoch === undefined) done.resolve(undefined);
    },
  };
  createEndFenced({
    listExpired: () => Promise.resolve(gone),
    fence: ({ epoch }) =>
      epoch === 1n ? Promise.reject(new Error('its broker is silent')) : Promise.resolve(),
    endListed: ({ epoch }) => {
      ended.push(epoch);
      return Promise.resolve(true);
    },
    onEnded: () => done.resolve(undefined),
    logger: logger as unknown as Logger,
  })();
  await done.promise;
  expect(ended).toEqual([2n]);
  expect(warned).toEqual(['1']);
});
