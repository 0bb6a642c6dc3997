import type { OutboxEvent } from './event.ts';
import type { StepProgress } from './lifecycle.ts';

/** What is looked at when an order is stuck. */
export interface OrderView {
  readonly entries: readonly {
    readonly event: OutboxEvent;
    readonly says: string;
    readonly isStuck: boolean;
  }[];
  readonly consumers: readonly {
    readonly consumer: string;
    readonly messages: readonly {
      readonly sequence: bigint | undefined;
      readonly eventType: string;
      readonly says: string;
      readonly isStuck: boolean;
    }[];
    readonly held: readonly { readonly says: string }[];
  }[];
  readonly timers: readonly {
    readonly service: string;
    readonly kind: string;
    readonly attempts: number;
    readonly says: string;
  }[];
  readonly lifecycles: readonly { readonly steps: readonly StepProgress[] }[];
}

/** Says why an order does not go on and what to do about it, one sentence for each cause; nothing when it does. */
export const whyStuck = (view: OrderView): string[] => {
  const causes = [
    ...unsentWords(view),
    ...view.consumers.flatMap(consumerWords),
    ...view.timers.flatMap(timerWords),
  ];
  // a step that waits for one of these is a consequence of it
  return causes.length > 0 ? causes : overdueWords(view);
};

/** The last word of an event's type, e.g. `OrderPaid` of `order.v1.OrderPaid`. */
export const shortType = (type: string): string => type.slice(type.lastIndexOf('.') + 1);

const unsentWords = ({ entries }: OrderView): string[] => {
  const stuck = entries.filter(({ isStuck }) => isStuck);
  const failed = stuck.filter(({ event }) => event.status === 'FAILED');
  const shown = failed.length > 0 ? failed : stuck.slice(0, 1);
  return shown.map(({ event, says }) => {
    const { source, sequence, eventType } = event;
    const words = `The event ${shortType(eventType)} (${source}, sequence ${sequence}) is not sent: ${says}.`;
    return [words, ...helpWords(event)].join(' ');
  });
};

// why a publisher takes an event for one that can never be sent
const meanings: Readonly<Record<string, string>> = {
  'message-too-large':
    'It is larger than its topic takes (max.message.bytes) or than 1,000,000 bytes.',
  'unknown-topic': 'No topic of this name is in deploy/topics.yaml.',
  'cannot-encode': 'It cannot be written as a message.',
};

const helpWords = ({ status, error, headers }: OutboxEvent): string[] => {
  if (status !== 'FAILED') return [];
  const meaning = meanings[headers['last_error'] ?? error];
  return [
    ...(meaning === undefined ? [] : [meaning]),
    'Redrive it when the cause is mended, or discard it.',
  ];
};

const consumerWords = ({ consumer, messages, held }: OrderView['consumers'][number]): string[] => {
  const stuck = messages.find(({ isStuck }) => isStuck);
  const which = stuck?.sequence === undefined ? '' : ` (sequence ${stuck.sequence})`;
  const message = stuck
    ? [`${consumer} has not handled ${shortType(stuck.eventType)}${which}: ${stuck.says}.`]
    : [];
  return [...message, ...held.map(({ says }) => `${consumer} cannot go on: ${says}.`)];
};

const timerWords = ({ service, kind, attempts, says }: OrderView['timers'][number]): string[] =>
  attempts > 0 ? [`The timer ${kind} of ${service} ${says}.`] : [];

const overdueWords = ({ lifecycles }: OrderView): string[] =>
  lifecycles
    .flatMap(({ steps }) => steps)
    .filter(({ isOverdue }) => isOverdue)
    .map(
      ({ title, who, says }) => `“${title}” ${says}; look whether ${who} runs and what it logs.`,
    );
