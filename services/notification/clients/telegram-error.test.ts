import { inspect } from 'node:util';
import { Api, GrammyError } from 'grammy';
import { toTelegramError } from './telegram-error.ts';

const token = '123456:AbC-dEf_secret';

const refused = (code: number, description: string, parameters = {}) =>
  toTelegramError(
    new GrammyError(
      `Call to 'sendMessage' failed!`,
      { ok: false, error_code: code, description, parameters },
      'sendMessage',
      {},
    ),
    token,
  );

test('a refusal keeps what Telegram says', () => {
  expect(refused(403, 'Forbidden: bot was blocked by the user')).toMatchObject({
    message: 'Telegram refused sendMessage: 403 Forbidden: bot was blocked by the user',
    code: 403,
    retryAfterMs: undefined,
  });
});

test.each([
  [{ retry_after: 7 }, 7_000],
  [{ retry_after: 0 }, 1_000],
  [{}, 5_000],
])('of a 429 with %j it is known how long to wait', (parameters, retryAfterMs) => {
  expect(refused(429, 'Too Many Requests', parameters)).toMatchObject({ retryAfterMs });
});

test('what cannot be reached tells neither token nor secret, nowhere', async () => {
  const api = new Api(token, { apiRoot: 'http://127.0.0.1:1' });
  const error = await api.sendMessage(1, 'text').catch((fault: unknown) => fault);
  // if this fails, the HTTP client does not tell the address any more: then there is nothing to hide
  expect(inspect(error, { depth: 9 })).toContain(token);
  const told = toTelegramError(error, token);
  expect(told.message).toMatch(/^Telegram did not answer: .*bot\*\*\*\/sendMessage.*ECONNREFUSED/);
  for (const text of [inspect(told, { depth: 9, showHidden: true }), told.stack ?? ''])
    expect(text).not.toContain('secret');
});

test('an escaped colon hides nothing', () => {
  const told = toTelegramError(new Error('at /bot123456%3AAbC-dEf_secret/x'), token);
  expect(told.message).toBe('Telegram did not answer: at /bot123456%3A***/x');
});
