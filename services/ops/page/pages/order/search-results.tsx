import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Answer } from '../../client/wire.ts';
import { useCall } from '../../client/use-call.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Says } from '../../parts/says.tsx';
import { Table } from '../../parts/table.tsx';
import { go } from '../../router.ts';

type FoundOrder = Answer<'FindOrders'>['orders'][number];

/** What an id leads to that is no order's: the order of an event, of a correlation or of a trace. */
export const SearchResults = ({ text }: { text: string }): JSX.Element => {
  const { answer, failure } = useCall('FindOrders', { text });
  const found = answer?.orders ?? [];
  const [only] = found;
  const isOne = found.length === 1 && only !== undefined && only.key !== text;
  useEffect(() => {
    if (isOne) go(addressOf(only), { replace: true });
  }, [isOne, only?.key]);
  return (
    <>
      <h1>Order {text}</h1>
      {failure !== undefined && <Says tone="act">{failure}</Says>}
      {answer === undefined && failure === undefined && <p role="status">Searching …</p>}
      {answer !== undefined && <FoundOrders found={found} />}
    </>
  );
};

const FoundOrders = ({ found }: { found: readonly FoundOrder[] }): JSX.Element =>
  found.length === 0 ? (
    <EmptyState says="No order has this id, and no event, correlation or trace either (of the last two: in the last 24 hours). It appears here as soon as there is one.">
      <a href="/new">Place an order</a>
    </EmptyState>
  ) : (
    <Table
      caption="Found"
      head={['Order', 'Of', 'Found by', 'State']}
      rows={found.map((order) => ({
        key: `${order.source} ${order.key}`,
        cells: [
          <a href={addressOf(order)}>{order.key}</a>,
          order.title || order.source,
          order.foundBy,
          order.state,
        ],
      }))}
    />
  );

const addressOf = ({ key, source }: Pick<FoundOrder, 'key' | 'source'>): string =>
  `/orders/${encodeURIComponent(key)}?system=${encodeURIComponent(source)}`;
