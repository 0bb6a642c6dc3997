import { InvalidRequest } from '../../proto/validation/invalid-request.ts';

/**
 * A path of google.api.http with one segment per variable, e.g.
 * `/v1/shelves/{shelf}/books/{book.id}:archive`.
 */
export interface PathTemplate {
  /** The text of the annotation. */
  readonly source: string;
  /** Field paths by proto names, in the order of the template. */
  readonly variables: readonly string[];
  /** How many characters are literal: of two templates that match, the more literal one is chosen. */
  readonly literalLength: number;
  /** Returns the values of the variables, still escaped; undefined when the path does not match. */
  match(path: string): readonly string[] | undefined;
  /** Returns the decoded values by field path. Throws InvalidRequest for a bad `%` escape. */
  decode(captures: readonly string[]): Record<string, string>;
}

const variable = /\{([a-z0-9_.]+)\}/;

/**
 * Compiles a template. Throws at the start when it is invalid, or has wildcards (`*`, `{name=shelves/*}`),
 * which no proto uses.
 */
export const compilePathTemplate = (template: string): PathTemplate => {
  // literals have even indexes, names of variables odd ones
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
