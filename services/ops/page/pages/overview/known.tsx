import type { Known } from '#gen/ops/v1/overview_pb.ts';
import type { ComponentChildren, JSX } from 'preact';
import type { Wire } from '../../client/wire.ts';
import { Age } from '../../parts/age.tsx';
import { Moment } from '../../parts/moment.tsx';
import { rateText } from '../../parts/numbers.ts';
import { RateChart } from '../../parts/rate-chart.tsx';
import type { RateHistory } from './history.ts';

/** Shows the figures of a part, or since when there are none and why. */
export const Unknown = ({
  known,
  children,
}: {
  known: Wire<Known> | undefined;
  children: ComponentChildren;
}): JSX.Element =>
  known?.unknownSince === undefined ? (
    <>{children}</>
  ) : (
    <p class="unknown" title={known.error}>
      unknown since <Moment at={known.unknownSince} /> (<Age at={known.unknownSince} isPast />)
    </p>
  );

export interface RateProps {
  perSecond: number | undefined;
  name: string;
  history: RateHistory;
}

/** A rate as a number, and its last 15 minutes as a picture. */
export const Rate = ({ perSecond, name, history: { times, rates } }: RateProps): JSX.Element => (
  <div class="rate">
    <span>{rateText(perSecond)}</span>
    <RateChart times={times} values={rates.get(name) ?? times.map(() => null)} />
  </div>
);
