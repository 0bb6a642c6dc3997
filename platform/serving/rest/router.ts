import type { RestRule } from './rules.ts';

/** The result for a path: a rule, other methods than the requested one, or nothing. */
export type RouteMatch<Route> =
  | { kind: 'found'; route: Route; captures: readonly string[] }
  | { kind: 'wrong-verb'; allowed: string[] }
  | { kind: 'unknown' };

/**
 * Finds the most literal rule that matches. HEAD is GET without the body, unless it has a rule of its own.
 */
export const createRestRouter = <Route extends { rule: RestRule }>(
  routes: readonly Route[],
): ((verb: string, path: string) => RouteMatch<Route>) => {
  const byRank = routes.toSorted(
    (a, b) => b.rule.template.literalLength - a.rule.template.literalLength,
  );
  const find = (verb: string, path: string): RouteMatch<Route> => {
    const allowed = new Set<string>();
    for (const route of byRank) {
      const captures = route.rule.template.match(path);
      if (captures === undefined) continue;
      if (route.rule.verb === verb) return { kind: 'found', route, captures };
      allowed.add(route.rule.verb);
    }
    return allowed.size > 0 ? { kind: 'wrong-verb', allowed: [...allowed] } : { kind: 'unknown' };
  };
  return (verb, path) => {
    const match = find(verb, path);
    return match.kind === 'wrong-verb' && verb === 'HEAD' ? find('GET', path) : match;
  };
};
