import type { EventType, ServiceName } from '../../services/booking/domain/saga.ts';
import type { Delivery, Handling, OrderScript } from './scenario.ts';

/** What is still to happen to the events of one order. */
interface Plan {
  readonly script: OrderScript;
  /** How often each of the script's `handling` is still to happen. */
  readonly left: Map<Handling, number>;
}

export interface EventOfOrder {
  readonly orderId: string;
  readonly type: EventType;
}

/** What the scenarios have in store for the events of orders. */
export interface Plans {
  /** Announces the script of a user who is going to order. */
  announce(userId: string, script: OrderScript): void;
  /** Tells that this order is of this user. */
  bind(orderId: string, userId: string): void;
  scriptOf(orderId: string): OrderScript | undefined;
  deliveryOf(event: EventOfOrder): Delivery | undefined;
  /** Takes what happens to a service that handles these events now. */
  takeHandling(service: ServiceName, events: readonly EventOfOrder[]): Handling['kind'][];
}

export const createPlans = (): Plans => {
  const scripts = new Map<string, OrderScript>();
  const plans = new Map<string, Plan>();
  const take = (service: ServiceName, { orderId, type }: EventOfOrder, isAlone: boolean) => {
    const { script, left } = plans.get(orderId) ?? { left: new Map<Handling, number>() };
    const fault = script?.handling?.find(
      (each) => each.service === service && each.type === type && (left.get(each) ?? 0) > 0,
    );
    if (fault === undefined) return [];
    const repeats = fault.kind === 'throws' || fault.kind === 'throws-late';
    // an attempt is counted only for an event that fails by itself
    if (!repeats) left.set(fault, 0);
    else if (isAlone) left.set(fault, (left.get(fault) ?? 0) - 1);
    return [fault.kind];
  };
  return {
    announce: (userId, script) => void scripts.set(userId, script),
    bind: (orderId, userId) => {
      const script = scripts.get(userId);
      if (script === undefined || plans.has(orderId)) return;
      const left = new Map((script.handling ?? []).map((each) => [each, each.times]));
      plans.set(orderId, { script, left });
    },
    scriptOf: (orderId) => plans.get(orderId)?.script,
    deliveryOf: ({ orderId, type }) =>
      plans.get(orderId)?.script.deliveries?.find((each) => each.type === type),
    takeHandling: (service, events) =>
      events.flatMap((event) => take(service, event, events.length === 1)),
  };
};
