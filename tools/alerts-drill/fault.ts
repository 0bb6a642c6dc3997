import type { Rig } from './rig.ts';

/** What makes alerts fire, and its end. */
export interface Fault {
  /** What is done, in words. */
  what: string;
  /** The alerts that must fire, with the labels that tell the one that is meant. */
  alerts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Begins it, and resolves with the function that ends it. */
  begin: (rig: Rig) => Promise<() => Promise<void>>;
}

/** Stops a process as a debugger or a lack of CPU would, and continues it. */
export const freeze = (rig: Rig, service: string): (() => Promise<void>) => {
  rig.signal(service, 'SIGSTOP');
  return () => {
    rig.signal(service, 'SIGCONT');
    return Promise.resolve();
  };
};

const sku = 139_275_865;

export const createGoodsOrder = (rig: Rig): Promise<unknown> =>
  rig.post('LOMS_HTTP_PORT', '/loms.v1.LomsService/OrderCreate', {
    userId: 1,
    items: [{ sku, count: 1 }],
  });

/** Orders a ticket, and returns the order's id. */
export const orderTicket = async (rig: Rig): Promise<string> => {
  const order = await rig.post('BOOKING_HTTP_PORT', '/orders', {
    user_id: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    from: 'SVO',
    to: 'LED',
    date: '2099-05-01',
    time: '09:30',
    airline: 'SU',
  });
  return String(order['order_id']);
};
