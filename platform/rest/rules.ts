import { http } from '#gen/google/api/annotations_pb.ts';
import type { HttpRule } from '#gen/google/api/http_pb.ts';
import { getOption, hasOption, type DescField, type DescMethod } from '@bufbuild/protobuf';
import { findField } from './field-path.ts';
import { compilePathTemplate, type PathTemplate } from './path-template.ts';

/** One HTTP binding of an RPC. */
export interface RestRule {
  readonly method: DescMethod;
  readonly verb: string;
  readonly template: PathTemplate;
  /** Where the body goes: the whole message, one field, or nowhere. */
  readonly body: '*' | DescField | undefined;
  /** The field that is the answer; undefined for the whole message. */
  readonly responseBody: DescField | undefined;
}

/** The bindings that google.api.http gives an RPC, with additional_bindings. Throws for a wrong annotation. */
export const restRulesOf = (method: DescMethod): RestRule[] => {
  if (!hasOption(method, http)) return [];
  const name = `${method.parent.typeName}/${method.name}`;
  const rule = getOption(method, http);
  return [rule, ...rule.additionalBindings].map((one) => compileRule(method, one, name));
};

const compileRule = (method: DescMethod, rule: HttpRule, name: string): RestRule => {
  const { verb, path } = patternOf(rule, name);
  const template = compilePathTemplate(path);
  for (const variable of template.variables) {
    const field = findField(method.input, variable);
    if (field?.fieldKind !== 'scalar' && field?.fieldKind !== 'enum')
      throw new Error(`${name}: {${variable}} is not a single value of ${method.input.typeName}`);
  }
  const fieldOf = (message: DescMethod['input'], fieldName: string) => {
    const field = message.fields.find((one) => one.name === fieldName);
    if (field === undefined) throw new Error(`${name}: ${message.typeName} has no ${fieldName}`);
    return field;
  };
  return {
    method,
    verb,
    template,
    body: rule.body === '' ? undefined : rule.body === '*' ? '*' : fieldOf(method.input, rule.body),
    responseBody: rule.responseBody === '' ? undefined : fieldOf(method.output, rule.responseBody),
  };
};

const patternOf = ({ pattern }: HttpRule, name: string): { verb: string; path: string } => {
  if (pattern.case === undefined) throw new Error(`${name}: google.api.http has no path`);
  if (pattern.case === 'custom') return { verb: pattern.value.kind, path: pattern.value.path };
  return { verb: pattern.case.toUpperCase(), path: pattern.value };
};
