import { hash } from 'node:crypto';
import { toBinary, type DescMessage, type DescMethod, type MessageShape } from '@bufbuild/protobuf';
import { InvalidRequest } from '../../proto/validation/invalid-request.ts';
import type { HeaderNote } from '../openapi/notes.ts';
import type { RpcContext } from '../rpc/context.ts';

/** A caller's promise that all calls of a method with this key are retries of one call. */
export interface IdempotencyKey {
  /** Includes the caller, where one is known, so that callers do not meet the keys of others. */
  readonly method: string;
  readonly key: string;
  /** SHA-256 of the request. */
  readonly requestHash: Buffer;
}

const header = 'idempotency-key';
// every server trims white space at the ends
const shape = /^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** The header, for the API notes of a service. */
export const idempotencyKeyNote: HeaderNote = {
  name: 'Idempotency-Key',
  description:
    'The first answer to a key is kept with what the call did, and given again to whoever repeats it.',
  schema: { type: 'string', pattern: shape.source },
};

/** A header of an answer that is given again, for the API notes of a service and for `setAnswerHeader`. */
export const idempotencyHitNote = {
  name: 'x-idempotency-hit',
  description: 'Sent when the answer is the one that was kept for the `Idempotency-Key`.',
  schema: { type: 'string', enum: ['true'] },
} satisfies HeaderNote;

/**
 * Returns the call's `Idempotency-Key`; undefined without one. Refuses more than one, and anything but 1 to
 * 255 printable ASCII characters. The hash is of the message as it was read: protocol, encoding and unknown
 * fields do not matter. Not for requests with maps, whose entries have no order.
 */
export const readIdempotencyKey = <M extends DescMethod>(
  { name, input }: M,
  request: MessageShape<M['input']>,
  call: Pick<RpcContext, 'header' | 'isRepeated'> & { caller?: string | undefined },
): IdempotencyKey | undefined => {
  const key = call.header(header);
  if (key === undefined) return undefined;
  if (call.isRepeated(header)) throw refused('must be sent once');
  if (!shape.test(key))
    throw refused('must be 1 to 255 printable ASCII characters, no space first or last');
  const method = call.caller === undefined ? name : `${name} by ${call.caller}`;
  return { method, key, requestHash: hashRequest(input, request) };
};

/** Returns the SHA-256 of what a message says, whatever its encoding and unknown fields. Not for messages with maps. */
export const hashRequest = <Desc extends DescMessage>(
  schema: Desc,
  request: MessageShape<Desc>,
): Buffer => hash('sha256', toBinary(schema, request, { writeUnknownFields: false }), 'buffer');

const refused = (description: string): InvalidRequest =>
  new InvalidRequest([{ field: header, description }]);
