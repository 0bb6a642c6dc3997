import type { Answer, Wire } from '../../client/wire.ts';
import type { Overview } from '#gen/ops/v1/overview_pb.ts';

type WatchMessage = Answer<'WatchOverview'>;

/** The rates of the last 15 minutes, for the charts: times in seconds, and by name a value for each, or none. */
export interface RateHistory {
  readonly times: readonly number[];
  readonly rates: ReadonlyMap<string, readonly (number | null)[]>;
}

const keptSeconds = 15 * 60;

export const noHistory: RateHistory = { times: [], rates: new Map() };

/** What a chart shows after one more message. The first one brings the past, later ones the present. */
export const afterMessage = (before: RateHistory, message: WatchMessage): RateHistory => {
  const { overview, history } = message;
  const past = history === undefined ? before : fromSteps(history);
  return overview === undefined ? past : withPresent(past, overview);
};

const fromSteps = ({
  from = '',
  stepSeconds,
  series,
}: NonNullable<WatchMessage['history']>): RateHistory => {
  const start = Date.parse(from) / 1_000;
  const length = series[0]?.perSecond.length ?? 0;
  return {
    times: Array.from({ length }, (_, step) => start + (step + 1) * stepSeconds),
    rates: new Map(
      series.map(({ name, perSecond }) => [
        name,
        perSecond.map((rate) => (rate < 0 ? null : rate)),
      ]),
    ),
  };
};

const withPresent = (past: RateHistory, overview: Wire<Overview>): RateHistory => {
  const time = Date.parse(overview.at ?? '') / 1_000;
  const kept = past.times.filter((each) => each > time - keptSeconds && each < time);
  const firstKept = past.times.indexOf(kept[0] ?? NaN);
  const present = ratesOf(overview);
  const names = new Set([...past.rates.keys(), ...present.keys()]);
  const rates = new Map<string, readonly (number | null)[]>();
  for (const name of names) {
    const values = past.rates.get(name);
    const old = kept.map((_, index) => values?.[firstKept + index] ?? null);
    rates.set(name, [...old, present.get(name) ?? null]);
  }
  return { times: [...kept, time], rates };
};

const ratesOf = ({ sources, topics, groups }: Wire<Overview>): Map<string, number> =>
  new Map(
    [
      ...sources.map(({ source, createdPerSecond }) => [`created/${source}`, createdPerSecond]),
      ...topics.map(({ topic, perSecond }) => [`topic/${topic}`, perSecond]),
      ...groups.map(({ group, topic, perSecond }) => [`group/${group}/${topic}`, perSecond]),
    ].filter((each): each is [string, number] => each[1] !== undefined),
  );
