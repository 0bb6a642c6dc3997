import { STATUS_CODES } from 'node:http';
import { comments } from '#gen/comments.ts';
import type { JsonObject } from '@bufbuild/protobuf';
import { fieldSchema } from '../json-schema/message.ts';
import { isResumable } from '../rest/codec.ts';
import type { RestRule } from '../rest/rules.ts';
import type { Components, SchemaSides } from './components.ts';
import type { ApiNotes, HeaderNote } from './notes.ts';
import { parametersOf, requestBodyOf } from './parameters.ts';
import { refusalResponses, type RefusalOptions } from './refusals.ts';

export interface OperationOptions extends RefusalOptions {
  components: Components;
  notes?: ApiNotes | undefined;
}

/** One binding of an RPC as an OpenAPI operation. `index` counts the bindings of the RPC. */
export const describeOperation = (
  rule: RestRule,
  index: number,
  options: OperationOptions,
): JsonObject => {
  const { method } = rule;
  const { notes } = options;
  const components = options.components.of(rule);
  const { headers = [], refusals = {} } = notes?.get(method) ?? {};
  const requestBody = requestBodyOf(rule, components.read);
  const name = `${method.parent.name}_${method.name}`;
  return {
    operationId: index === 0 ? name : `${name}_${index + 1}`,
    tags: [method.parent.name],
    ...words(method.name, comments[`${method.parent.typeName}.${method.name}`]),
    ...(method.deprecated && { deprecated: true }),
    parameters: parametersOf(
      rule,
      isResumable(rule) ? [...headers, lastEventId] : headers,
      components.read,
    ),
    ...(requestBody && { requestBody }),
    responses: { ...answersOf(rule, components), ...refusalResponses(rule, refusals, options) },
  };
};

const streamWords = `Server-sent events; the \`data\` of each is one answer in JSON. What goes wrong after the \
first is told by an event named \`error\`, with an \`Error\`.`;

/** "OrderPay takes the pieces. Again …" has the summary "Takes the pieces", and the whole as description. */
const words = (name: string, comment: string | undefined): JsonObject => {
  if (comment === undefined) return { summary: name };
  const [sentence = ''] = comment.replaceAll('\n', ' ').split(/[.:] /, 1);
  const rest = sentence.replace(`${name} `, '').replace(/[.]$/, '');
  return { summary: rest.charAt(0).toUpperCase() + rest.slice(1), description: comment };
};

const lastEventId: HeaderNote = {
  name: 'Last-Event-ID',
  description:
    'The `id` of the last event seen, as an EventSource sends it; it wins over `after_sequence`.',
  schema: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
};

const answersOf = (
  { method, responseBody, status }: RestRule,
  { written }: SchemaSides,
): JsonObject => {
  const { output, methodKind } = method;
  if (status === 204) return { 204: { description: 'No Content' } };
  if (methodKind === 'unary') {
    const schema =
      responseBody === undefined
        ? { $ref: written.refTo(output) }
        : fieldSchema(responseBody, written);
    const description = STATUS_CODES[status] ?? 'OK';
    return { [status]: { description, content: { 'application/json': { schema } } } };
  }
  return {
    200: {
      description: streamWords,
      // OpenAPI 3.1 has no words for the items of a stream; 3.2 calls this itemSchema
      content: {
        'text/event-stream': {
          schema: { type: 'string' },
          'x-item-schema': { $ref: written.refTo(output) },
        },
      },
    },
    204: { description: 'There is nothing more to tell: an EventSource does not come back.' },
  };
};
