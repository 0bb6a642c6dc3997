import { InvalidRequest } from '../../proto/validation/invalid-request.ts';

/** A path of google.api.http with a segment for each variable, e.g. `/v1/shelves/{shelf}/books/{book.id}:archive`. */
export interface PathTemplate {
  /** As the annotation has it. */
  readonly source: string;
  /** Field paths by proto names, in the order in which they stand. */
  readonly variables: readonly string[];
  /** How much of it is literal: of two templates that fit, the more literal one is meant. */
  readonly literalLength: number;
  /** What stands for the variables, still escaped; undefined when the path does not fit. */
  match(path: string): readonly string[] | undefined;
  /** The values by field path, decoded. Throws InvalidRequest for a bad `%` escape. */
  decode(captures: readonly string[]): Record<string, string>;
}

const variable = /\{([a-z0-9_.]+)\}/;

/** Throws at start when the template is not one, or has wildcards (`*`, `{name=shelves/*}`), which no proto uses. */
export const compilePathTemplate = (template: string): PathTemplate => {
  // literals stand at even indexes, the names of variables at odd ones
  const parts = template.split(variable);
  const literals = parts.filter((_, index) => index % 2 === 0);
  const variables = parts.filter((_, index) => index % 2 === 1);
  if (!template.startsWith('/') || literals.some((text) => /[{}*]/.test(text)))
    throw new Error(`"${template}" is not a path template of google.api.http without wildcards`);
  const pattern = new RegExp(`^${literals.map((text) => RegExp.escape(text)).join('([^/]+)')}$`);
  return {
    source: template,
    variables,
    literalLength: literals.join('').length,
    match: (path) => pattern.exec(path)?.slice(1),
    decode: (captures) =>
      Object.fromEntries(
        variables.map((field, index) => [field, decodeValue(field, captures[index] ?? '')]),
      ),
  };
};

const decodeValue = (field: string, text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new InvalidRequest([{ field, description: 'is not well percent-encoded' }], error);
  }
};
