import type { Logger } from '#platform/base/logger.ts';
import { sendJson } from '#platform/serving/http/answer.ts';
import { readBody, type HttpExchange } from '#platform/serving/http/body.ts';
import { refuseMethod, type HttpHandler } from '#platform/serving/http/routes.ts';

/** The RPCs that the page calls through ops, by service; no others are passed on. */
export const passedOn: Readonly<Record<string, readonly string[]>> = {
  loms: ['OrderCreate', 'OrderInfo', 'OrderPay', 'OrderCancel', 'StocksInfo'].map(
    (method) => `loms.v1.LomsService/${method}`,
  ),
  order: ['CreateOrder', 'GetOrder', 'PayOrder', 'CancelOrder'].map(
    (method) => `order.v1.OrderService/${method}`,
  ),
  inventory: ['inventory.v1.InventoryService/ListParts'],
  booking: ['QuotePrice', 'CreateOrder', 'RefundOrder'].map(
    (method) => `booking.v1.BookingService/${method}`,
  ),
  pvz: ['AcceptOrder', 'GetOrderHistory', 'ProcessOrders', 'ReturnOrder'].map(
    (method) => `pvz.v1.PvzService/${method}`,
  ),
};

export interface PassOnOptions {
  /** The addresses of the services' HTTP ports, by name. */
  urls: ReadonlyMap<string, string>;
  logger: Logger;
}

const prefix = '/services/';
const maxBytes = 1_048_576;
const deadlineMs = 15_000;
const headers = ['authorization', 'idempotency-key'] as const;

/**
 * Finds the handler of `/services/<service>/<package.Service>/<Method>`: it passes the call of an RPC on this short list
 * to the service, so that the page, which calls no other host, can place orders. What the service answers is the answer.
 */
export const createPassOn =
  ({ urls, logger }: PassOnOptions) =>
  (path: string): HttpHandler | undefined => {
    if (!path.startsWith(prefix)) return undefined;
    const [service = '', ...rest] = path.slice(prefix.length).split('/');
    const rpc = rest.join('/');
    const url = urls.get(service);
    if (url === undefined || !passedOn[service]?.includes(rpc)) return undefined;
    return (request, response) => {
      const exchange = { request, response };
      if (request.method !== 'POST') refuseMethod(response, ['POST']);
      else if (!isOfOurPage(exchange))
        refuse(exchange, {
          status: 403,
          code: 'permission_denied',
          message: 'Only the page of this ops may call this.',
        });
      else
        passOn(exchange, `${url.replace(/\/$/, '')}/${rpc}`).catch((error: unknown) => {
          logger.warn({ err: error, client: service, rpc }, 'a call could not be passed on');
          refuse(exchange, {
            status: 503,
            code: 'unavailable',
            message: `${service} cannot be reached.`,
          });
        });
    };
  };

/** A form of another site can send neither this type nor, from a browser, this header. */
const isOfOurPage = ({ request }: HttpExchange): boolean => {
  const site = request.headers['sec-fetch-site'] ?? 'none';
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  return type.trim() === 'application/json' && (site === 'same-origin' || site === 'none');
};

const passOn = async (exchange: HttpExchange, url: string): Promise<void> => {
  const { request, response } = exchange;
  const body = await readBody(exchange, maxBytes);
  if (body === undefined) {
    refuse(exchange, {
      status: 413,
      code: 'resource_exhausted',
      message: 'The request is larger than 1 MiB.',
    });
    return;
  }
  const given = headers.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const answer = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(given) },
    redirect: 'error',
    signal: AbortSignal.timeout(deadlineMs),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const type = answer.headers.get('content-type') ?? 'application/json';
  response.writeHead(answer.status, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(bytes);
};

interface Refusal {
  status: number;
  /** One of Connect's protocol. */
  code: string;
  message: string;
}

const refuse = ({ response }: HttpExchange, { status, ...body }: Refusal): void =>
  sendJson(response, status, body);
