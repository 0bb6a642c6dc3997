import { redisUrl } from './settings.ts';

test.each(['redis://127.0.0.1:16379', 'redis://:secret@redis:6379/2', 'rediss://u:p@cache/'])(
  '%s is the URL of a Redis',
  (url) => {
    expect(redisUrl.safeParse(url).success).toBe(true);
  },
);

test.each(['127.0.0.1:6379', 'http://redis:6379', 'redis://', 'redis://host/name', 'redis'])(
  '%s is refused, and the refusal does not show it',
  (url) => {
    const { error } = redisUrl.safeParse(url);
    expect(error?.issues[0]?.message).toMatch(/^must be redis:\/\/host:port/);
  },
);
