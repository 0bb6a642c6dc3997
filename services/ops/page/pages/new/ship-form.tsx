import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { callService } from '../../client/call-service.ts';
import { wordsOf } from '../../client/call.ts';
import { OrderForm, type Field, type Values } from './form.tsx';
import { nameInRow, RowButtons, valuesInRows } from './item-rows.tsx';

interface Part {
  partId: string;
  name: string;
  price?: number;
  stockQuantity?: string;
}

const most = 100;
const user = crypto.randomUUID();

/** An order for a ship of some parts, whose pieces are reserved at once. */
export const ShipForm = (): JSX.Element => {
  const [parts, setParts] = useState<readonly Part[]>([]);
  const [rows, setRows] = useState(1);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    const rpc = 'inventory/inventory.v1.InventoryService/ListParts';
    callService<{ parts?: Part[] }>({ rpc, request: { pageSize: most } }).then(
      ({ parts: found = [] }) => setParts(found),
      (error: unknown) => setFailure(wordsOf(error)),
    );
  }, []);
  return (
    <OrderForm
      title="An order for a ship"
      then={[
        'order saves the order and has its parts reserved, or refuses it.',
        'You are led to its page, and pay or cancel there.',
        'assembly hears of the payment and builds the ship, in 1 to 10 s.',
        'notification tells the customer of both.',
      ]}
      system="order"
      submit="Order the ship"
      place={place}
      fields={[
        {
          name: 'user_id',
          label: 'User id (UUID)',
          initial: user,
          paths: ['user_id', 'userId'],
          isWide: true,
        },
        ...Array.from({ length: rows }, (_, row) => itemFields(row, { parts, failure })).flat(),
      ]}
    >
      <RowButtons noun="part" rows={rows} onChange={setRows} />
    </OrderForm>
  );
};

const itemFields = (
  row: number,
  { parts, failure }: { parts: readonly Part[]; failure: string },
): Field[] => [
  {
    name: nameInRow('part_id', row),
    label: row === 0 ? 'Part' : `Part ${String(row + 1)}`,
    type: 'select',
    initial: parts[row]?.partId ?? '',
    paths: [
      `items[${String(row)}].part_id`,
      `items[${String(row)}].partId`,
      ...(row === 0 ? ['items', 'part_ids'] : []),
    ],
    options: parts.map(({ partId, name, price = 0, stockQuantity = '0' }) => ({
      value: partId,
      text: `${name}: ${price.toFixed(2)}, ${stockQuantity} in stock`,
    })),
    hint: failure,
  },
  {
    name: nameInRow('quantity', row),
    label: row === 0 ? 'Pieces' : `Pieces of part ${String(row + 1)}`,
    type: 'number',
    initial: '1',
    paths: [`items[${String(row)}].quantity`, ...(row === 0 ? ['quantity'] : [])],
  },
];

const place = async (values: Values, idempotencyKey: string): Promise<string> => {
  const quantities = valuesInRows(values, 'quantity');
  const { order } = await callService<{ order: { orderId: string } }>({
    rpc: 'order/order.v1.OrderService/CreateOrder',
    request: {
      userId: values['user_id'],
      items: valuesInRows(values, 'part_id').map((partId, row) => ({
        partId,
        quantity: Number(quantities[row]),
      })),
    },
    idempotencyKey,
  });
  return order.orderId;
};
