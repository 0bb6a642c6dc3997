import { CallError, toCallError, unreachable } from './call-error.ts';
import { noteServerDate } from './clock.ts';
import { askForToken, loadToken } from './token.ts';

/** A refusal of a service, with what it says of single fields. */
export class ServiceError extends CallError {
  /** By the field's path in the request, e.g. `items[0].count`. */
  readonly fields: ReadonlyMap<string, string>;

  constructor(error: CallError, fields: ReadonlyMap<string, string>) {
    super(error.code, error.message, error);
    this.fields = fields;
  }
}

export interface ServiceCall {
  /** The service, the RPC's full name and its method, e.g. `loms/loms.v1.LomsService/OrderPay`. */
  rpc: string;
  request: object;
  /** A second call with the same one changes nothing and gets the first one's answer. */
  idempotencyKey?: string;
}

/** Calls an RPC of a service through ops. Throws a ServiceError when it is refused or the service cannot be reached. */
export const callService = async <Answer extends object>(call: ServiceCall): Promise<Answer> => {
  for (;;) {
    const token = loadToken();
    const response = await send(call, token);
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok && answer !== undefined) return answer as Answer;
    const error = answer === undefined ? unreachable() : toCallError(answer);
    if (error.code !== 'unauthenticated') throw new ServiceError(error, fieldsOf(answer));
    await askForToken(token, error.message);
  }
};

const send = async (
  { rpc, request, idempotencyKey }: ServiceCall,
  token: string | undefined,
): Promise<Response> => {
  const response = await fetch(`/services/${rpc}`, {
    method: 'POST',
    body: JSON.stringify(request),
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    },
  }).catch(() => {
    throw new ServiceError(unreachable(), new Map());
  });
  noteServerDate(response);
  return response;
};

interface Violations {
  details?: { debug?: { fieldViolations?: { field?: string; description?: string }[] } }[];
}

const fieldsOf = (answer: unknown): Map<string, string> => {
  const { details = [] } = (answer ?? {}) as Violations;
  const violations = details.flatMap(({ debug }) => debug?.fieldViolations ?? []);
  return new Map(violations.map(({ field = '', description = '' }) => [field, description]));
};
