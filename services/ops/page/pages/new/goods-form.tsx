import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { callService } from '../../client/call-service.ts';
import { wordsOf } from '../../client/call.ts';
import { OrderForm, type Field, type Values } from './form.tsx';
import { nameInRow, RowButtons, valuesInRows } from './item-rows.tsx';

const loms = 'loms/loms.v1.LomsService';
// articles that the migrations put into the stock
const firstSkus: readonly string[] = [
  '1002',
  '1003',
  '1004',
  '1005',
  '2956315',
  '1076963',
  '135717466',
  '135937324',
];

/** An order for goods: their stock is reserved at once. */
export const GoodsForm = (): JSX.Element => {
  const [rows, setRows] = useState(1);
  const [skus, setSkus] = useState(firstSkus);
  return (
    <OrderForm
      title="An order for goods"
      then={[
        'loms saves the order and reserves its stock, or refuses it.',
        'You are led to its page, and pay or cancel there.',
        'Each change is an event, which the notifiers log.',
      ]}
      system="loms"
      submit="Order the goods"
      onChange={(values) => setSkus(valuesInRows(values, 'sku'))}
      place={place}
      fields={[
        {
          name: 'user_id',
          label: 'User id (a number)',
          type: 'number',
          initial: '1',
          paths: ['user_id', 'userId'],
          isWide: true,
        },
        ...Array.from({ length: rows }, (_, row) => itemFields(row, skus)).flat(),
      ]}
    >
      <RowButtons noun="article" rows={rows} onChange={setRows} />
    </OrderForm>
  );
};

const skuOf = (row: number, skus: readonly string[]): string => skus[row] ?? firstSkus[row] ?? '';

const itemFields = (row: number, skus: readonly string[]): Field[] => [
  {
    name: nameInRow('sku', row),
    label: row === 0 ? 'Article (sku)' : `Article ${String(row + 1)} (sku)`,
    type: 'number',
    initial: firstSkus[row] ?? '',
    paths: [`items[${String(row)}].sku`, ...(row === 0 ? ['items', 'sku'] : [])],
    hint: <Stock sku={skuOf(row, skus)} />,
  },
  {
    name: nameInRow('count', row),
    label: row === 0 ? 'Pieces' : `Pieces of article ${String(row + 1)}`,
    type: 'number',
    initial: '1',
    paths: [`items[${String(row)}].count`, ...(row === 0 ? ['count'] : [])],
  },
];

const place = async (values: Values, idempotencyKey: string): Promise<string> => {
  const counts = valuesInRows(values, 'count');
  const { orderId } = await callService<{ orderId: string }>({
    rpc: `${loms}/OrderCreate`,
    request: {
      userId: values['user_id'],
      items: valuesInRows(values, 'sku').map((sku, row) => ({ sku, count: Number(counts[row]) })),
    },
    idempotencyKey,
  });
  return orderId;
};

/** How many pieces of an article can be ordered, in words. */
const Stock = ({ sku }: { sku: string }): JSX.Element => {
  const [words, setWords] = useState('');
  useEffect(() => {
    let isLeft = false;
    const tell = (text: string) => {
      if (!isLeft) setWords(text);
    };
    const timer = setTimeout(() => {
      callService<{ count?: string }>({ rpc: `${loms}/StocksInfo`, request: { sku } }).then(
        ({ count = '0' }) => tell(`${count} pieces can be ordered`),
        (error: unknown) => tell(wordsOf(error)),
      );
    }, 250);
    return () => {
      isLeft = true;
      clearTimeout(timer);
    };
  }, [sku]);
  return <>{words}</>;
};
