import { comments } from '#gen/comments.ts';
import type { DescMethod, DescService, JsonObject } from '@bufbuild/protobuf';
import type { RestOptions } from '../rest/options.ts';
import { restRulesOf, type RestRule } from '../rest/rules.ts';
import type { RpcService } from '../rpc/service.ts';
import { createComponents } from './components.ts';
import type { ApiNotes } from './notes.ts';
import { describeOperation, type OperationOptions } from './operation.ts';

export interface DocumentOptions {
  services: readonly Pick<RpcService, 'desc' | 'validator'>[];
  notes?: ApiNotes | undefined;
  rest: RestOptions;
  /** The RPCs whose REST paths read JSON Lines, too. */
  uploads?: Pick<ReadonlySet<DescMethod>, 'has'> | undefined;
  /** Whether callers must send a bearer token. Default false. */
  hasTokens?: boolean | undefined;
}

export type OpenApiDocument = JsonObject & { info: { title: string } };

const numberWords =
  '64-bit integers are JSON numbers up to 2^53-1; in requests they may also be strings of digits.';
const enumsWords =
  'In requests the words of enums may also have the prefix of their type, and be in any case of letters.';
const otherWords = [
  'A field that is null is absent.',
  'Every refusal has the body `Error`; only what breaks HTTP itself (400, 408, 431) may come without.',
  'The same RPCs are served as gRPC, Connect and gRPC-Web.',
].join(' ');

/** Creates the OpenAPI 3.1 document of what is served over REST; undefined when that is nothing. */
export const createOpenApiDocument = (options: DocumentOptions): OpenApiDocument | undefined => {
  const { hasTokens = false } = options;
  const services = options.services.map(({ desc }) => desc);
  const rules = services
    .flatMap(({ methods }) => methods)
    .map((method) => restRulesOf(method, options.rest));
  const served = services.filter((one) => rules.flat().some(({ method }) => method.parent === one));
  const [first] = served;
  const [{ validator } = {}] = options.services;
  if (first === undefined || validator === undefined) return undefined;
  const components = createComponents(rules.flat(), validator, options.rest);
  return {
    openapi: '3.1.1',
    info: infoOf(first, options.rest),
    servers: [{ url: '/' }],
    tags: served.map(({ name, typeName }) => ({
      name,
      description: comments[typeName] ?? typeName,
    })),
    paths: describePaths(rules, { ...options, hasTokens, components }),
    components: {
      schemas: components.schemas,
      ...(hasTokens && { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } }),
    },
    ...(hasTokens && { security: [{ bearer: [] }] }),
  };
};

const infoOf = ({ name, file }: DescService, { enumWords }: RestOptions) => {
  const [title = name, version = 'v1'] = file.proto.package.split('.');
  const words = [numberWords, ...(enumWords === undefined ? [] : [enumsWords]), otherWords];
  return { title, version, description: words.join(' ') };
};

const describePaths = (rules: readonly RestRule[][], options: OperationOptions): JsonObject => {
  const paths: Record<string, JsonObject> = {};
  for (const bindings of rules) {
    bindings.forEach((rule, index) => {
      const item = (paths[rule.template.source] ??= {});
      item[rule.verb.toLowerCase()] ??= describeOperation(rule, index, options);
    });
  }
  return paths;
};
