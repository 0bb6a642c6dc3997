import type { DescMethod, DescService, Message } from '@bufbuild/protobuf';
import type { Validator } from '@bufbuild/protovalidate';
import type { Logger } from '../../base/logger.ts';
import type { Metrics } from '../../base/metrics.ts';
import { createAuthorize, type Access, type Authorize } from './access.ts';
import type { RpcContext } from './context.ts';
import type { Implementation } from './implementation.ts';
import { callSpans, type StartCallSpan } from './call-span.ts';
import type { Protocol } from './codec.ts';
import { createReporter, type Reporter } from './report.ts';
import { createRequestCheck, type RequestCheck } from '../../proto/validation/request-check.ts';
import { createMessageValidator } from '../../proto/validation/validator.ts';

export interface RpcMethod {
  readonly desc: DescMethod;
  readonly domain: string;
  /** Runs before the request is read; undefined when everybody may call. */
  readonly authorize: Authorize | undefined;
  /** Runs after `authorize`; what it throws refuses the call. */
  readonly admit: (() => Promise<void>) | undefined;
  readonly check: RequestCheck;
  /** The implementation, whose types were checked where the service was created. */
  readonly invoke: (request: Message, context: RpcContext) => unknown;
  readonly report: Reporter;
  /** Returns what starts the spans of its calls over a protocol; undefined when tracing is off. */
  readonly spans: (protocol: Protocol) => StartCallSpan | undefined;
}

export interface RpcService {
  readonly desc: DescService;
  readonly methods: readonly RpcMethod[];
  /** Keeps the rules that it has compiled. */
  readonly validator: Validator;
}

export interface RpcServiceOptions<S extends DescService> {
  logger: Logger;
  metrics: Metrics;
  /** By default, everybody may call everything. */
  access?: Access<S>;
  /** Called for each call of an RPC before its request is read, e.g. to limit their rate. */
  admit?: Admit | undefined;
}

/** Throws to refuse a call of the RPC. */
export type Admit = (rpc: DescMethod) => Promise<void>;

/**
 * Wraps an implementation once for all protocols: access, validation, deadline, errors, log, metrics and traces.
 * Refuses client streams, which no protocol here carries. With tokens, an RPC without a role is refused as
 * well.
 */
export const createRpcService = <S extends DescService>(
  desc: S,
  implementation: Implementation<S>,
  { logger, metrics, access, admit }: RpcServiceOptions<S>,
): RpcService => {
  const domain = `inorder.${desc.typeName.split('.')[0] ?? desc.typeName}`;
  const validator = createMessageValidator();
  const functions = implementation as Record<string, RpcMethod['invoke'] | undefined>;
  const roles = access?.roles as Record<string, string | undefined> | undefined;
  const methods = desc.methods.map((method): RpcMethod => {
    const invoke = functions[method.localName];
    const rpc = `${desc.typeName}/${method.name}`;
    if (invoke === undefined) throw new Error(`${rpc} has no implementation`);
    if (method.methodKind !== 'unary' && method.methodKind !== 'server_streaming')
      throw new Error(`${rpc} streams requests, which is not supported`);
    const role = roles?.[method.localName];
    if (access !== undefined && role === undefined) throw new Error(`${rpc} has no role`);
    return {
      desc: method,
      domain,
      authorize: createAuthorize(access?.tokens, role ?? ''),
      admit: admit && (() => admit(method)),
      check: createRequestCheck(validator, method.input),
      invoke: invoke.bind(implementation),
      report: createReporter({ rpc, logger, metrics }),
      spans: callSpans(rpc),
    };
  });
  return { desc, methods, validator };
};
