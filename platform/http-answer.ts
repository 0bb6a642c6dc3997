import type { ServerResponse } from 'node:http';

/** The body of every refusal outside Connect's own protocols. */
export interface ErrorBody {
  /** The HTTP status again, for clients that keep only the body. */
  code: number;
  message: string;
  reason: string;
  field_violations?: readonly { field: string; description: string }[];
  metadata?: Readonly<Record<string, string>>;
}

/** Ends a response with JSON. Does nothing when the client has already gone. */
export const sendJson = (response: ServerResponse, status: number, body: string | object): void => {
  if (response.destroyed || response.headersSent) return;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
};

/** Ends a response of this status; one that allows no body goes without. */
export const sendAnswer = (response: ServerResponse, status: number, json: string): void => {
  if (status !== 204) sendJson(response, status, json);
  else if (!response.destroyed && !response.headersSent)
    response.writeHead(204, { 'cache-control': 'no-store' }).end();
};

export const sendError = (response: ServerResponse, body: ErrorBody): void => {
  // a 401 says what is to be sent instead
  if (body.code === 401 && !response.headersSent) response.setHeader('www-authenticate', 'Bearer');
  sendJson(response, body.code, body);
};
