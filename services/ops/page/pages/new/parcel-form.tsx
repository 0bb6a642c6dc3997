import type { JSX } from 'preact';
import { callService } from '../../client/call-service.ts';
import { OrderForm, type Values } from './form.tsx';

const packages = ['none', 'bag', 'box', 'film', 'bag+film', 'box+film'];
const weekMs = 7 * 24 * 3_600_000;

/** A parcel that a courier brings to the pick-up point. */
export const ParcelForm = (): JSX.Element => (
  <OrderForm
    title="A parcel that a courier brings"
    then={[
      'pvz checks weight and package, and takes the parcel in, or refuses it.',
      'You are led to its page, and issue it, take it back, or return it to the courier there.',
      'Each of these is an event, which pvz-notifier logs.',
    ]}
    system="pvz"
    submit="Accept the parcel"
    place={place}
    fields={[
      {
        name: 'order_id',
        label: 'Order id (a number)',
        type: 'number',
        initial: String(Math.floor(Date.now() / 1_000)),
        paths: ['order_id', 'orderId'],
      },
      {
        name: 'user_id',
        label: 'Client (a number)',
        type: 'number',
        initial: '1',
        paths: ['user_id', 'userId'],
      },
      {
        name: 'expires_at',
        label: 'Kept until',
        type: 'date',
        initial: new Date(Date.now() + weekMs).toISOString().slice(0, 10),
        paths: ['expires_at', 'expiresAt'],
      },
      {
        name: 'package',
        label: 'Package',
        type: 'select',
        initial: 'box',
        options: packages.map((value) => ({ value, text: value })),
      },
      { name: 'weight', label: 'Weight in kg', type: 'number', initial: '2.5' },
      { name: 'price', label: 'Price in rubles', type: 'number', initial: '1000' },
    ]}
  />
);

const place = async (values: Values, idempotencyKey: string): Promise<string> => {
  await callService({
    rpc: 'pvz/pvz.v1.PvzService/AcceptOrder',
    request: {
      orderId: values['order_id'],
      userId: values['user_id'],
      expiresAt: endOfDay(values['expires_at'] ?? ''),
      package: values['package'],
      weight: Number(values['weight']),
      price: Number(values['price']),
    },
    idempotencyKey,
  });
  return values['order_id'] ?? '';
};

/** The end of a day in the reader's zone; undefined for none, which pvz refuses in words. */
const endOfDay = (day: string): string | undefined => {
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString();
};
