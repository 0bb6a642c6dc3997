import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface SentText {
  chat_id: string | number;
  text: string;
}

/** What the fake Telegram does with a text: accept it, refuse it, give another answer, or none. */
export type Verdict =
  'taken' | 'silence' | 'html-502' | { code: number; description: string; retryAfter?: number };

export interface BotApi {
  readonly url: string;
  /** The texts that were accepted, in order. */
  readonly taken: readonly SentText[];
  /** All attempts to send a text, with their times by `performance.now()`. */
  readonly tries: readonly (SentText & { atMs: number })[];
  /** Sets the function that decides about each text from now on. */
  judge: (verdict: (sent: SentText) => Verdict) => void;
  /** Simulates a person who writes to the bot. */
  write: (chatId: number, text: string) => void;
  /** Whether somebody is polling for messages at this moment. */
  isPolled: () => boolean;
  /** The number of polls that were refused because another process was polling. */
  conflicts: () => number;
  close: () => Promise<void>;
}

interface Update {
  update_id: number;
  message: {
    message_id: number;
    date: number;
    chat: { id: number; type: 'private' };
    text: string;
  };
}

/**
 * Starts the part of Telegram's Bot API that the bot uses, for one token; another token is refused. When two
 * processes poll, the second one is answered with 409, as Telegram may do.
 */
export const startBotApi = async (token: string): Promise<BotApi> => {
  const taken: SentText[] = [];
  const tries: (SentText & { atMs: number })[] = [];
  const updates: Update[] = [];
  let judge: (sent: SentText) => Verdict = () => 'taken';
  let conflicts = 0;
  let polled: (() => void) | undefined;
  let updateId = 0;

  const sendMessage = (sent: SentText, response: ServerResponse): void => {
    tries.push({ ...sent, atMs: performance.now() });
    const verdict = judge(sent);
    if (verdict === 'silence') return;
    if (verdict === 'html-502') {
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad Gateway</html>');
      return;
    }
    if (verdict !== 'taken') {
      refuse(response, verdict);
      return;
    }
    taken.push(sent);
    answer(response, { message_id: taken.length, date: 0, chat: { id: 1 }, text: sent.text });
  };
  const getUpdates = ({ offset = 0 }: { offset?: number }, response: ServerResponse): void => {
    if (polled !== undefined) {
      conflicts += 1;
      const description = 'Conflict: terminated by other getUpdates request';
      refuse(response, { code: 409, description });
      return;
    }
    while ((updates[0]?.update_id ?? offset) < offset) updates.shift();
    const end = (): void => {
      polled = undefined;
      clearTimeout(limit);
      if (!response.destroyed) answer(response, updates);
    };
    const limit = setTimeout(end, 25_000);
    polled = end;
    response.once('close', () => {
      clearTimeout(limit);
      if (polled === end) polled = undefined;
    });
    if (updates.length > 0) end();
  };

  const server = createServer((request, response) => {
    void serve(request, response);
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await json(request);
    if (request.url === `/bot${token}/sendMessage`) sendMessage(body as SentText, response);
    else if (request.url === `/bot${token}/getUpdates`)
      getUpdates(body as { offset?: number }, response);
    else refuse(response, { code: 404, description: 'Not Found' });
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    tries,
    judge: (verdict) => (judge = verdict),
    write: (chatId, text) => {
      updateId += 1;
      const message = {
        message_id: updateId,
        date: 0,
        chat: { id: chatId, type: 'private' as const },
      };
      updates.push({ update_id: updateId, message: { ...message, text } });
      polled?.();
    },
    isPolled: () => polled !== undefined,
    conflicts: () => conflicts,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const answer = (response: ServerResponse, result: unknown): void => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, result }));
};

const refuse = (
  response: ServerResponse,
  { code, description, retryAfter }: Exclude<Verdict, string>,
): void => {
  const parameters = retryAfter === undefined ? {} : { parameters: { retry_after: retryAfter } };
  response
    .writeHead(code, { 'content-type': 'application/json' })
    .end(JSON.stringify({ ok: false, error_code: code, description, ...parameters }));
};
