import { STATUS_CODES } from 'node:http';
import { comments } from '#gen/comments.ts';
import type { DescMethod, JsonObject } from '@bufbuild/protobuf';
import { fieldSchema } from '../../proto/json-schema/message.ts';
import { isResumable } from '../rest/codec.ts';
import { contentTypeField, isDownload } from '../rest/download.ts';
import { restRulesOf, type RestRule } from '../rest/rules.ts';
import type { SchemaSides } from './components.ts';
import { createExamples } from './examples.ts';
import { noNotes, type ApiNotes, type HeaderNote, type RpcNotes } from './notes.ts';
import { parametersOf, requestBodyOf } from './parameters.ts';
import { refusalResponses, type RefusalOptions } from './refusals.ts';

export interface OperationOptions extends RefusalOptions {
  notes?: ApiNotes | undefined;
  /** The RPCs whose REST paths read JSON Lines, too. */
  uploads?: Pick<ReadonlySet<DescMethod>, 'has'> | undefined;
}

/** Describes one binding of an RPC as an OpenAPI operation. `index` counts the bindings of the RPC. */
export const describeOperation = (
  rule: RestRule,
  index: number,
  options: OperationOptions,
): JsonObject => {
  const { method } = rule;
  const components = options.components.of(rule);
  const notes = options.notes?.get(method) ?? noNotes;
  const examples = createExamples(rule, notes);
  const headers = isResumable(rule) ? [...notes.headers, lastEventId] : notes.headers;
  const isUpload = options.uploads?.has(method) === true;
  const requestBody = requestBodyOf(rule, { examples, isUpload }, components.read);
  return {
    operationId: operationIdOf(method, index),
    tags: [method.parent.name],
    ...words(method.name, comments[`${method.parent.typeName}.${method.name}`]),
    ...(method.deprecated && { deprecated: true }),
    parameters: parametersOf(rule, { headers, examples }, components.read),
    ...(requestBody && { requestBody }),
    responses: {
      ...answersOf(rule, components, {
        headers: answerHeadersOf(notes),
        links: linksOf(notes, index, options),
      }),
      ...refusalResponses(rule, notes, options),
    },
  };
};

const operationIdOf = ({ name, parent }: DescMethod, index: number): string =>
  `${parent.name}_${name}${index === 0 ? '' : `_${index + 1}`}`;

const streamWords = `Server-sent events; the \`data\` of each is one answer in JSON. What goes wrong after the \
first is reported by an event named \`error\`, with an \`Error\`.`;

/**
 * "OrderPay takes the pieces. Again …" has the summary "Takes the pieces", and all of it as the description.
 */
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
  schema: { type: 'integer', format: 'int64', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
};

const answersOf = (
  rule: RestRule,
  { written }: SchemaSides,
  { headers, links }: { headers: JsonObject; links: JsonObject },
): JsonObject => {
  const { method, responseBody, status } = rule;
  const { output, methodKind } = method;
  if (status === 204) return { 204: { description: 'No Content', ...headers } };
  if (methodKind === 'unary') {
    const schema =
      responseBody === undefined
        ? { $ref: written.refTo(output) }
        : fieldSchema(responseBody, written);
    const description = STATUS_CODES[status] ?? 'OK';
    const content = { 'application/json': { schema } };
    return { [status]: { description, content, ...headers, ...links } };
  }
  if (isDownload(rule))
    return {
      200: { ...downloadAnswer(fieldSchema(contentTypeField(method), written)), ...headers },
    };
  return {
    200: {
      description: streamWords,
      ...headers,
      // OpenAPI 3.1 cannot describe the items of a stream; in 3.2 this is itemSchema
      content: {
        'text/event-stream': {
          schema: { type: 'string' },
          'x-item-schema': { $ref: written.refTo(output) },
        },
      },
    },
    204: {
      description: 'There is nothing more to tell: an EventSource does not come back.',
      ...headers,
    },
  };
};

const answerHeadersOf = ({ answerHeaders }: RpcNotes): JsonObject => {
  if (answerHeaders.length === 0) return {};
  const described = answerHeaders.map(
    ({ name, description, schema }) => [name, { description, schema }] as const,
  );
  return { headers: Object.fromEntries(described) };
};

/** The types of the body are those that the contract allows for `content_type`. */
const downloadAnswer = ({ enum: types = ['*/*'] }: JsonObject): JsonObject => ({
  description: 'The whole, piece by piece. A connection that breaks has sent a part only.',
  content: Object.fromEntries(
    (types as string[]).map((type) => [type, { schema: { type: 'string' } }]),
  ),
});

/** Each link leads to the binding with the same number, where the other RPC has that many. */
const linksOf = ({ links }: RpcNotes, index: number, { rest }: OperationOptions): JsonObject => {
  if (links.size === 0) return {};
  const made = [...links].map(([method, link]) => {
    const operationId = operationIdOf(
      method,
      Math.min(index, restRulesOf(method, rest).length - 1),
    );
    const parameters = Object.entries(link).map(
      ([name, pointer]) => [name, `$response.body#${pointer}`] as const,
    );
    return [method.name, { operationId, parameters: Object.fromEntries(parameters) }] as const;
  });
  return { links: Object.fromEntries(made) };
};
