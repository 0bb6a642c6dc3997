import { STATUS_CODES } from 'node:http';
import type { JsonObject } from '@bufbuild/protobuf';
import type { ErrorKind, Refusals } from '../errors.ts';
import type { RestRule } from '../rest/rules.ts';
import type { RestOptions } from '../rest/options.ts';
import { restStatusOf } from '../rest/status.ts';
import { codeOfKind } from '../rpc/errors.ts';

export const errorSchemaName = 'Error';

/** ErrorBody of platform/http-answer.ts. */
export const errorSchemaOf = ({ errorBody = 'full' }: RestOptions): JsonObject => ({
  type: 'object',
  description: 'Why a call was refused.',
  properties: {
    code: { type: 'integer', description: 'The HTTP status again.' },
    message: { type: 'string', description: 'For people.' },
    reason: { type: 'string', description: 'For programs; it never changes its meaning.' },
    ...(errorBody === 'full' && errorDetails),
  },
  required: ['code', 'message', 'reason'],
});

const errorDetails: JsonObject = {
  field_violations: {
    type: 'array',
    description: 'Which fields are at fault.',
    items: {
      type: 'object',
      properties: {
        field: {
          type: 'string',
          description: 'A path like `items[0].sku`; empty for the request as a whole.',
        },
        description: { type: 'string' },
      },
      required: ['field', 'description'],
    },
  },
  metadata: {
    type: 'object',
    description: 'Facts for programs, e.g. an id.',
    additionalProperties: { type: 'string' },
  },
};

export interface RefusalOptions {
  rest: RestOptions;
  /** Callers must show a token. */
  hasTokens: boolean;
}

/** The refusals of an RPC as OpenAPI responses, by status. */
export const refusalResponses = (
  rule: RestRule,
  refusals: Refusals,
  options: RefusalOptions,
): JsonObject => {
  const byStatus = new Map<number, Set<string>>();
  const add = (status: number, reasons: readonly string[]) => {
    byStatus.set(status, (byStatus.get(status) ?? new Set()).union(new Set(reasons)));
  };
  for (const [status, reason] of platformRefusals(rule, options)) add(status, [reason]);
  for (const [kind, reasons] of Object.entries(refusals))
    add(restStatusOf(codeOfKind[kind as ErrorKind], options.rest), reasons);
  const sorted = [...byStatus].toSorted(([a], [b]) => a - b);
  return Object.fromEntries(
    sorted.map(([status, reasons]) => [status, refusalResponse(status, [...reasons])]),
  );
};

/** What every RPC may be refused with by the doors. */
const platformRefusals = (
  { body, method }: RestRule,
  { hasTokens }: RefusalOptions,
): readonly (readonly [status: number, reason: string])[] => [
  [400, 'invalid-request'],
  ...(hasTokens ? tokenRefusals : []),
  ...(body === undefined ? [] : bodyRefusals),
  [500, 'internal'],
  method.methodKind === 'unary' ? [504, 'deadline-exceeded'] : [503, 'stopping'],
];

const tokenRefusals = [
  [401, 'unauthenticated'],
  [403, 'permission-denied'],
] as const;

const bodyRefusals = [
  [413, 'body-too-large'],
  [415, 'unsupported-media-type'],
] as const;

const refusalResponse = (status: number, reasons: string[]): JsonObject => ({
  description: `${STATUS_CODES[status] ?? 'Refused'}: ${reasons.map((one) => `\`${one}\``).join(', ')}`,
  content: {
    'application/json': {
      schema: {
        allOf: [
          { $ref: `#/components/schemas/${errorSchemaName}` },
          { properties: { code: { const: status }, reason: { enum: reasons } } },
        ],
      },
    },
  },
});
