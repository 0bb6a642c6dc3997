import type { StartedService, System } from '../publisher/system.ts';

/** The services of the rocket yard as processes of a test's system, with a publisher for their outboxes. */
export interface Yard {
  inventory: StartedService;
  payment: StartedService;
  order: StartedService;
  assembly: StartedService;
  notification: StartedService;
}

/** Starts all of them; a build takes one or two seconds. Closing the system stops them. */
export const startYard = async (system: System): Promise<Yard> => {
  const inventory = await system.startService('inventory');
  const payment = await system.startService('payment');
  const neighbours = { INVENTORY_URL: inventory.grpcUrl, PAYMENT_URL: payment.grpcUrl };
  const order = await system.startService('order', neighbours);
  const times = { ASSEMBLY_MIN_SEC: '1', ASSEMBLY_MAX_SEC: '2' };
  const assembly = await system.startService('assembly', times);
  const notification = await system.startService('notification');
  await system.startPublisher('publisher', { OUTBOX_SOURCES: 'order,assembly' });
  return { inventory, payment, order, assembly, notification };
};

/** What notification has reported, one entry for each message: `<order id> paid` or `<order id> assembled`. */
export const messagesOf = ({ notification }: Yard): string[] =>
  notification.process.lines.flatMap((line) => {
    if (!line.includes('"msg":"notification"')) return [];
    const { key, type } = JSON.parse(line) as { key: string; type: string };
    return [`${key} ${type}`];
  });
