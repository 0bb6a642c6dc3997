import { http } from '#gen/google/api/annotations_pb.ts';
import type { HttpRule } from '#gen/google/api/http_pb.ts';
import {
  getOption,
  hasOption,
  type DescField,
  type DescMessage,
  type DescMethod,
} from '@bufbuild/protobuf';
import type { EnumStyle } from '../../proto/json/enum-words.ts';
import { findField } from './field-path.ts';
import { enumStyleAt, type RestOptions } from './options.ts';
import { compilePathTemplate, type PathTemplate } from './path-template.ts';

/** One HTTP binding of an RPC. */
export interface RestRule {
  readonly method: DescMethod;
  readonly verb: string;
  readonly template: PathTemplate;
  /** What the body binds: the whole message, one field, or nothing. */
  readonly body: '*' | DescField | undefined;
  /** The field that is the answer; undefined for the whole message. */
  readonly responseBody: DescField | undefined;
  /** The status of a successful answer. */
  readonly status: number;
  /** How enum values are written in its JSON, path and query. */
  readonly enumStyle: EnumStyle;
}

/**
 * Returns the bindings that google.api.http gives an RPC, with additional_bindings. Throws for a wrong
 * annotation.
 */
export const restRulesOf = (method: DescMethod, options: RestOptions): RestRule[] => {
  if (!hasOption(method, http)) return [];
  const rule = getOption(method, http);
  return [rule, ...rule.additionalBindings].map((one) => compileRule(method, one, options));
};

const compileRule = (method: DescMethod, rule: HttpRule, options: RestOptions): RestRule => {
  const name = `${method.parent.typeName}/${method.name}`;
  const { verb, path } = patternOf(rule, name);
  const template = compilePathTemplate(path);
  for (const variable of template.variables) {
    const field = findField(method.input, variable);
    if (field?.fieldKind !== 'scalar' && field?.fieldKind !== 'enum')
      throw new Error(`${name}: {${variable}} is not a single value of ${method.input.typeName}`);
  }
  return {
    method,
    verb,
    template,
    body: rule.body === '*' ? '*' : fieldNamed(rule.body, method.input, name),
    responseBody: fieldNamed(rule.responseBody, method.output, name),
    status: options.statuses?.get(method) ?? 200,
    enumStyle: enumStyleAt(path, options),
  };
};

const fieldNamed = (name: string, message: DescMessage, rpc: string): DescField | undefined => {
  if (name === '') return undefined;
  const field = message.fields.find((one) => one.name === name);
  if (field === undefined) throw new Error(`${rpc}: ${message.typeName} has no ${name}`);
  return field;
};

const patternOf = ({ pattern }: HttpRule, name: string): { verb: string; path: string } => {
  if (pattern.case === undefined) throw new Error(`${name}: google.api.http has no path`);
  if (pattern.case === 'custom') return { verb: pattern.value.kind, path: pattern.value.path };
  return { verb: pattern.case.toUpperCase(), path: pattern.value };
};
