import type { JsonObject } from '@bufbuild/protobuf';
import type { RestOptions } from '../rest/options.ts';

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

/** The schemas of ErrorBody in platform/serving/http/answer.ts: any refusal, and its parts. */
export const errorSchemas = (rest: RestOptions): JsonObject => ({
  Error: {
    type: 'object',
    description: 'Why a call was refused.',
    ...errorBody(rest, {
      code: { type: 'integer', description: codeWords },
      reason: { type: 'string', description: reasonWords },
    }),
  },
  ...(hasDetails(rest) && { FieldViolation: fieldViolation }),
});

/**
 * The schema of the refusals of one status, as one plain object with its own reasons, so that client
 * generators make a type of it. Many cannot handle an `allOf` with `Error`, which has the same properties.
 */
export const refusalSchema = (
  rest: RestOptions,
  { status, reasons }: { status: number; reasons: readonly string[] },
): JsonObject => ({
  type: 'object',
  description: `Why a call was refused: ${reasons.map((one) => `\`${one}\``).join(', ')}.`,
  ...errorBody(rest, {
    code: { type: 'integer', enum: [status], description: codeWords },
    reason: { type: 'string', enum: [...reasons], description: reasonWords },
  }),
});

const codeWords = 'The HTTP status again.';
const reasonWords = 'For programs; it never changes its meaning.';

const hasDetails = ({ errorBody: form = 'full' }: RestOptions): boolean => form === 'full';

const message: JsonObject = { type: 'string', description: 'For people.' };

const errorBody = (
  rest: RestOptions,
  { code, reason }: { code: JsonObject; reason: JsonObject },
): JsonObject =>
  rest.errorBody === 'nested'
    ? {
        properties: {
          error: {
            type: 'object',
            properties: { code: reason, message },
            required: ['code', 'message'],
          },
        },
        required: ['error'],
      }
    : {
        properties: { code, message, reason, ...(hasDetails(rest) && errorDetails) },
        required: ['code', 'message', 'reason'],
      };

const errorDetails: JsonObject = {
  field_violations: {
    type: 'array',
    description: 'Which fields are at fault.',
    items: ref('FieldViolation'),
  },
  metadata: {
    type: 'object',
    description: 'Facts for programs, e.g. an id.',
    additionalProperties: { type: 'string' },
  },
};

const fieldViolation: JsonObject = {
  type: 'object',
  properties: {
    field: {
      type: 'string',
      description: 'A path like `items[0].sku`; empty for the request as a whole.',
    },
    description: { type: 'string' },
  },
  required: ['field', 'description'],
};
