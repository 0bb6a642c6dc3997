import { InvalidRequest } from '../../proto/validation/invalid-request.ts';

/** A path of google.api.http, e.g. `/v1/{name=shelves/*}/books/{book.id}:archive`. */
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

const token = /\{([a-z0-9_.]+)(?:=([^{}]*))?\}|\*\*|\*|\/|[^{}*/]+/gy;

/** Throws at start when the template is not one. */
export const compilePathTemplate = (template: string): PathTemplate => {
  const variables: { field: string; isDeep: boolean }[] = [];
  let literalLength = 0;

  const compile = (text: string): string => {
    let source = '';
    let at = 0;
    for (const [part, field, inner] of text.matchAll(token)) {
      at += part.length;
      if (field !== undefined) {
        variables.push({ field, isDeep: (inner ?? '').includes('/') || inner === '**' });
        source += `(${compileWildcards(inner ?? '*')})`;
      } else if (part.startsWith('*')) source += wildcard(part);
      else {
        literalLength += part.length;
        source += RegExp.escape(part);
      }
    }
    if (at !== text.length || !text.startsWith('/'))
      throw new Error(`"${template}" is not a path template of google.api.http`);
    return source;
  };

  const pattern = new RegExp(`^${compile(template)}$`);
  return {
    source: template,
    variables: variables.map(({ field }) => field),
    literalLength,
    match: (path) => pattern.exec(path)?.slice(1),
    decode: (captures) =>
      Object.fromEntries(
        variables.map(({ field, isDeep }, index) => [
          field,
          decodeValue(field, captures[index] ?? '', isDeep),
        ]),
      ),
  };
};

const wildcard = (part: string): string => (part === '**' ? '.*' : '[^/]+');

const compileWildcards = (segments: string): string =>
  segments
    .split('/')
    .map((segment) => (segment.startsWith('*') ? wildcard(segment) : RegExp.escape(segment)))
    .join('/');

const decodeValue = (field: string, text: string, isDeep: boolean): string => {
  try {
    // In a value of several segments an escaped slash must not turn into a separator.
    return decodeURIComponent(isDeep ? text.replaceAll(/%2f/gi, '%252F') : text);
  } catch (error) {
    throw new InvalidRequest([{ field, description: 'is not well percent-encoded' }], error);
  }
};
