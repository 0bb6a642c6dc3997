import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse, YAMLError } from 'yaml';
import { z } from 'zod';
import { ConfigError } from '#platform/base/config-error.ts';
import { multiply, one, routeKey, type Band, type PriceRules } from './domain/price.ts';

const maxAmountMinor = BigInt(Number.MAX_SAFE_INTEGER);
const maxFactor = 1_000;
const decimals = Number(one);

const amount = z.int().min(1).transform(BigInt);

const factor = z
  .number()
  .positive()
  .max(maxFactor)
  .refine((value) => Math.round(value * decimals) / decimals === value, 'four decimals at most')
  .transform((value) => BigInt(Math.round(value * decimals)));

const airport = z.string().regex(/^[A-Z]{3}$/, 'three capital letters');
const airline = z.string().regex(/^[A-Z0-9]{2,3}$/, 'two or three capital letters or digits');

const route = z.strictObject({ from: airport, to: airport, amount_minor: amount });
const airlineFactor = z.strictObject({ airline, factor });

const bands = (highest: number) =>
  z
    .array(z.strictObject({ from: z.int().min(0).max(highest).transform(BigInt), factor }))
    .min(1)
    .superRefine((rows, context) => {
      for (const [index, { from }] of rows.entries()) {
        const before = rows[index - 1];
        const fault =
          before === undefined
            ? from !== 0n && 'the first band begins at 0: there is a gap below it'
            : from <= before.from && `bands ascend: this one overlaps the one from ${before.from}`;
        if (fault !== false)
          context.addIssue({ code: 'custom', path: [index, 'from'], message: fault });
      }
    });

/** Names each row whose key another one has. */
const onceEach =
  <Row>(keyOf: (row: Row) => string) =>
  (rows: readonly Row[], context: z.RefinementCtx): void => {
    const known = new Set<string>();
    for (const [index, row] of rows.entries()) {
      const key = keyOf(row);
      if (known.has(key))
        context.addIssue({ code: 'custom', path: [index], message: `${key} has a row already` });
      known.add(key);
    }
  };

const rulesFile = z
  .strictObject({
    base: z.strictObject({
      default_minor: amount,
      routes: z.array(route).superRefine(onceEach(routeKey)),
    }),
    airlines: z.strictObject({
      default_factor: factor,
      factors: z.array(airlineFactor).superRefine(onceEach((row) => row.airline)),
    }),
    days_ahead: bands(365),
    load: bands(100),
  })
  .transform(({ base, airlines, days_ahead: daysAhead, load }): PriceRules => ({
    defaultBaseMinor: base.default_minor,
    baseMinor: new Map(base.routes.map((row) => [routeKey(row), row.amount_minor])),
    defaultAirlineFactor: airlines.default_factor,
    airlineFactors: new Map(airlines.factors.map((row) => [row.airline, row.factor])),
    daysAhead,
    load,
  }))
  .superRefine((rules, context) => {
    const { least, most } = extremesOf(rules);
    if (least < 1n)
      context.addIssue({ code: 'custom', message: 'the cheapest flight would cost nothing' });
    if (most > maxAmountMinor)
      context.addIssue({ code: 'custom', message: 'the dearest flight would cost over 2^53-1' });
  });

/** The least and the greatest price that the rules can make: rounding keeps the order of amounts. */
const extremesOf = (rules: PriceRules): { least: bigint; most: bigint } => {
  const { defaultBaseMinor, baseMinor, defaultAirlineFactor, airlineFactors } = rules;
  const ofBands = (rows: readonly Band[]) => rows.map((row) => row.factor);
  const chain = [
    [defaultAirlineFactor, ...airlineFactors.values()],
    ofBands(rules.daysAhead),
    // an unknown load has no factor
    [one, ...ofBands(rules.load)],
  ];
  const bases = [defaultBaseMinor, ...baseMinor.values()];
  const along = (choose: (values: readonly bigint[]) => bigint) =>
    chain.reduce((sum, factors) => multiply(sum, choose(factors)), choose(bases));
  return {
    least: along((values) => values.reduce((a, b) => (b < a ? b : a))),
    most: along((values) => values.reduce((a, b) => (b > a ? b : a))),
  };
};

const ownFile = fileURLToPath(new URL('prices.yaml', import.meta.url));

/** Reads the rules of prices, by default those beside this code. Throws one ConfigError that lists every fault. */
export const loadPriceRules = async (file: string = ownFile): Promise<PriceRules> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ConfigError(`PRICE_RULES_FILE ${file} cannot be read.`, { cause });
  });
  return parsePriceRules(text, file);
};

/** Like `loadPriceRules`, from the text of the file. */
export const parsePriceRules = (text: string, file: string): PriceRules => {
  const result = rulesFile.safeParse(contentOf(text, file));
  if (result.success) return result.data;
  throw new ConfigError(`PRICE_RULES_FILE ${file} is wrong:\n${z.prettifyError(result.error)}`);
};

const contentOf = (text: string, file: string): unknown => {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLError)) throw error;
    throw new ConfigError(`PRICE_RULES_FILE ${file} is not YAML: ${error.message}`);
  }
};
