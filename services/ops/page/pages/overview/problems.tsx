import type { Problem } from '#gen/ops/v1/overview_pb.ts';
import type { JSX } from 'preact';
import { isAddress } from '../../addresses.ts';
import type { Wire } from '../../client/wire.ts';
import { Moment } from '../../parts/moment.tsx';
import { Says } from '../../parts/says.tsx';

export interface ProblemsProps {
  problems: readonly Wire<Problem>[];
  /** No event was ever written. */
  isNew: boolean;
}

/** What somebody has to do, or that there is nothing to do. */
export const Problems = ({ problems, isNew }: ProblemsProps): JSX.Element => (
  <section aria-label="What to do" aria-live="polite">
    {problems.length === 0 && (
      <Says tone="ok">
        Everything flows. {isNew ? 'No event has come yet: ' : 'There is nothing to do.'}
        {isNew && <a href="/new">place an order, and see its events go through</a>}
      </Says>
    )}
    {problems.map(({ says, address, since }) => (
      <Says key={says} tone="act">
        {since !== undefined && (
          <>
            Since <Moment at={since} />:{' '}
          </>
        )}
        {says} {isAddress(address.replace(/\?.*$/, '')) && <a href={address}>Show them</a>}
      </Says>
    ))}
  </section>
);
