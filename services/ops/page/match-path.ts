export type Params = Readonly<Record<string, string>>;

/** Returns the parameters of a path that has this pattern, e.g. `/orders/:key`; undefined for another path. */
export const matchPath = (pattern: string, path: string): Params | undefined => {
  const expected = pattern.split('/');
  const given = path.split('/');
  if (expected.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of expected.entries()) {
    const segment = decode(given[at] ?? '');
    if (segment === undefined) return undefined;
    if (!part.startsWith(':')) {
      if (part !== segment) return undefined;
    } else if (segment === '') return undefined;
    else params[part.slice(1)] = segment;
  }
  return params;
};

const decode = (segment: string): string | undefined => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined; // a lone percent sign
  }
};
