import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { callService } from '../../client/call-service.ts';
import { wordsOf } from '../../client/call.ts';
import { OrderForm, type Values } from './form.tsx';

interface Part {
  partId: string;
  name: string;
  price?: number;
  stockQuantity?: string;
}

const most = 100;
const user = crypto.randomUUID();

/** An order for a ship of one kind of part, whose pieces are reserved at once. */
export const ShipForm = (): JSX.Element => {
  const [parts, setParts] = useState<readonly Part[]>([]);
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
      says="order reserves the parts; you pay on the order's page, and then the ship is built."
      system="order"
      submit="Order the ship"
      place={place}
      fields={[
        { name: 'user_id', label: 'User id (UUID)', initial: user, paths: ['user_id', 'userId'] },
        {
          name: 'part_id',
          label: 'Part',
          type: 'select',
          paths: ['items[0].part_id', 'items[0].partId', 'items', 'part_ids'],
          options: parts.map(({ partId, name, price = 0, stockQuantity = '0' }) => ({
            value: partId,
            text: `${name}: ${price.toFixed(2)}, ${stockQuantity} in stock`,
          })),
          hint: failure,
        },
        {
          name: 'quantity',
          label: 'Pieces',
          type: 'number',
          initial: '1',
          paths: ['items[0].quantity', 'quantity'],
        },
      ]}
    />
  );
};

const place = async (values: Values, idempotencyKey: string): Promise<string> => {
  const { order } = await callService<{ order: { orderId: string } }>({
    rpc: 'order/order.v1.OrderService/CreateOrder',
    request: {
      userId: values['user_id'],
      items: [{ partId: values['part_id'], quantity: Number(values['quantity']) }],
    },
    idempotencyKey,
  });
  return order.orderId;
};
