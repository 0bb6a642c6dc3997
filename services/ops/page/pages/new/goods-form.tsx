import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { callService } from '../../client/call-service.ts';
import { wordsOf } from '../../client/call.ts';
import { OrderForm, type Values } from './form.tsx';

const loms = 'loms/loms.v1.LomsService';
const firstSku = '1002';

/** An order for goods: their stock is reserved at once. */
export const GoodsForm = (): JSX.Element => {
  const [sku, setSku] = useState(firstSku);
  const stock = useStock(sku);
  return (
    <OrderForm
      title="An order for goods"
      says="loms reserves the stock at once; then the order waits for its payment, which you make on its page."
      system="loms"
      submit="Order the goods"
      onChange={(values) => setSku(values['sku'] ?? '')}
      place={place}
      fields={[
        {
          name: 'user_id',
          label: 'User id (a number)',
          type: 'number',
          initial: '1',
          paths: ['user_id', 'userId'],
        },
        {
          name: 'sku',
          label: 'Article (sku)',
          type: 'number',
          initial: firstSku,
          paths: ['items[0].sku', 'items', 'sku'],
          hint: stock,
        },
        {
          name: 'count',
          label: 'Pieces',
          type: 'number',
          initial: '1',
          paths: ['items[0].count', 'count'],
        },
      ]}
    />
  );
};

const place = async (values: Values, idempotencyKey: string): Promise<string> => {
  const { orderId } = await callService<{ orderId: string }>({
    rpc: `${loms}/OrderCreate`,
    request: {
      userId: values['user_id'],
      items: [{ sku: values['sku'], count: Number(values['count']) }],
    },
    idempotencyKey,
  });
  return orderId;
};

/** How many pieces of an article are left, in words. */
const useStock = (sku: string): string => {
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
  return words;
};
