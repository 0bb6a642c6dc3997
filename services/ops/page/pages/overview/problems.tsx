import type { Problem } from '#gen/ops/v1/overview_pb.ts';
import type { JSX } from 'preact';
import { isAddress } from '../../addresses.ts';
import type { Wire } from '../../client/wire.ts';
import { Moment } from '../../parts/moment.tsx';
import { Says } from '../../parts/says.tsx';

/** What somebody has to do, or that there is nothing to do. */
export const Problems = ({ problems }: { problems: readonly Wire<Problem>[] }): JSX.Element => (
  <section aria-label="What to do" aria-live="polite">
    {problems.length === 0 && <Says tone="ok">Everything flows. There is nothing to do.</Says>}
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
