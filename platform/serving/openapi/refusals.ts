import { STATUS_CODES } from 'node:http';
import type { JsonObject } from '@bufbuild/protobuf';
import type { ErrorKind, Refusals } from '../../base/errors.ts';
import type { RestRule } from '../rest/rules.ts';
import type { RestOptions } from '../rest/options.ts';
import { reasonShown, restStatusOf } from '../rest/status.ts';
import { codeOfKind } from '../rpc/errors.ts';
import type { Components } from './components.ts';
import { refusalSchema } from './error-schema.ts';

export interface RefusalOptions {
  rest: RestOptions;
  /** Whether callers must send a token. */
  hasTokens: boolean;
  components: Components;
}

/** The reasons of an RPC, and those that all RPCs of its service have. */
export interface NotedRefusals {
  refusals: Refusals;
  common: Refusals;
}

/** Describes the refusals of an RPC as OpenAPI responses, by status. */
export const refusalResponses = (
  rule: RestRule,
  { refusals, common }: NotedRefusals,
  options: RefusalOptions,
): JsonObject => {
  const { rest, components } = options;
  const shared = reasonsByStatus(rest, platformRefusals(rule, options), [common]);
  const all = reasonsByStatus(rest, platformRefusals(rule, options), [common, refusals]);
  const sorted = [...all].toSorted(([a], [b]) => a - b);
  return Object.fromEntries(
    sorted.map(([status, set]) => {
      const reasons = [...set];
      const isShared = shared.get(status)?.size === set.size && !isOnlyStreamed(rule, status);
      const name = isShared ? wordsOf(status) : `${rule.method.name} ${wordsOf(status)}`;
      const $ref = components.add(
        name.replaceAll(/\W/g, ''),
        refusalSchema(rest, { status, reasons }),
      );
      const named = reasons.map((one) => `\`${one}\``).join(', ');
      const content = { 'application/json': { schema: { $ref } } };
      return [status, { description: `${wordsOf(status)}: ${named}`, content }];
    }),
  );
};

const wordsOf = (status: number): string => STATUS_CODES[status] ?? `Refused ${status}`;

/** The servers refuse a stream with this status for other reasons than a single answer. */
const isOnlyStreamed = ({ method }: RestRule, status: number): boolean =>
  method.methodKind !== 'unary' && status === stopping;

const reasonsByStatus = (
  rest: RestOptions,
  platform: readonly (readonly [status: number, reason: string])[],
  noted: readonly Refusals[],
): Map<number, Set<string>> => {
  const byStatus = new Map<number, Set<string>>();
  const add = (status: number, reasons: readonly string[]) => {
    const shown = new Set(reasons.map((reason) => reasonShown(reason, rest)));
    byStatus.set(status, (byStatus.get(status) ?? new Set()).union(shown));
  };
  for (const [status, reason] of platform) add(status, [reason]);
  for (const [kind, reasons] of noted.flatMap((one) => Object.entries(one)))
    add(restStatusOf(codeOfKind[kind as ErrorKind], rest), reasons);
  return byStatus;
};

const stopping = 503;

/** The refusals that the servers may add to every RPC. */
const platformRefusals = (
  { body, method }: RestRule,
  { hasTokens }: RefusalOptions,
): readonly (readonly [status: number, reason: string])[] => [
  [400, 'invalid-request'],
  ...(hasTokens ? tokenRefusals : []),
  ...(body === undefined ? [] : bodyRefusals),
  [500, 'internal'],
  method.methodKind === 'unary' ? [504, 'deadline-exceeded'] : [stopping, 'stopping'],
];

const tokenRefusals = [
  [401, 'unauthenticated'],
  [403, 'permission-denied'],
] as const;

const bodyRefusals = [
  [413, 'body-too-large'],
  [415, 'unsupported-media-type'],
] as const;
