import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { hashRequest } from '#platform/serving/idempotency/key.ts';
import type { RequestOfAct } from '../usecases/operation.ts';

/** What makes two calls of an act one; undefined when the caller chose no id. */
export const requestOf = <Desc extends DescMessage>(
  schema: Desc,
  request: MessageShape<Desc> & { requestId?: string | undefined },
): RequestOfAct | undefined =>
  request.requestId === undefined
    ? undefined
    : { id: request.requestId, hash: hashRequest(schema, request) };
