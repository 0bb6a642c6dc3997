import { randomUUID } from 'node:crypto';
import { waitFor } from '../../testing/wait-for.ts';
import { readMessages } from '../../testing/read-messages.ts';
import type { ReceivedMessage } from '#platform/messaging/kafka/message.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { freeze, orderTicket, type Fault } from './fault.ts';
import type { Rig } from './rig.ts';

type Sent = Pick<ReceivedMessage, 'value' | 'headers'> & { key: string | undefined };

const send = async (rig: Rig, topic: string, messages: readonly Sent[]): Promise<void> => {
  const producer = rig.kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({
      topic,
      messages: messages.map(({ key = null, value = null, headers }) => ({
        key,
        value,
        headers: { ...headers },
      })),
    });
  } finally {
    await producer.disconnect();
  }
};

/** The first message of a topic. What was handled is passed over when it comes again. */
const firstOf = async ({ kafka }: Rig, topic: string): Promise<ReceivedMessage> => {
  const [message] = await readMessages(kafka, topic, 1);
  if (message === undefined) throw new Error(`${topic} has no message.`);
  return message;
};

const paid = topicOf('order.v1.OrderPaid');

interface Letters {
  letters: { event_id: string; consumer: string }[];
}

export const poisonSent: Fault = {
  what: 'A message that is half an event is sent; its dead letters are discarded.',
  alerts: {
    InboxDeadLetters: { consumer: 'assembly-service' },
  },
  begin: async (rig) => {
    await send(rig, paid, [{ key: 'drill', value: Buffer.from('{"half'), headers: {} }]);
    return async () => {
      const { letters } = JSON.parse(await rig.inorder('dead-letters', '--json')) as Letters;
      for (const { event_id, consumer } of letters)
        await rig.inorder(
          ...['dead-letters', 'discard', event_id, '--consumer', consumer],
          ...['--reason', 'a drill'],
        );
    };
  },
};

const lockedGroup = 'notification-payment';

/** Keeps the inbox of notification from being written to, until the function that this returns is called. */
const lockInbox = async (rig: Rig) => {
  const client = await rig.connect();
  await client.query('BEGIN');
  await client.query(
    'LOCK TABLE notification.inbox, notification.inbox_positions IN EXCLUSIVE MODE',
  );
  return async () => {
    await client.query('ROLLBACK');
  };
};

export const inboxLocked: Fault = {
  what: 'Somebody locks the inbox of notification, and a message comes; the lock is released.',
  alerts: {
    ConsumerStuck: { group: lockedGroup },
    KafkaPartitionHeld: { group: lockedGroup },
  },
  begin: async (rig) => {
    const message = await firstOf(rig, paid);
    const unlock = await lockInbox(rig);
    await send(rig, paid, [message]);
    return unlock;
  },
};

export const tooManyMessages: Fault = {
  what: 'The same lock, and more than a thousand messages, and more and more.',
  alerts: { ConsumerLagGrowing: { group: lockedGroup } },
  begin: async (rig) => {
    const message = await firstOf(rig, paid);
    const unlock = await lockInbox(rig);
    await send(
      rig,
      paid,
      Array.from({ length: 1_200 }, () => message),
    );
    const more = setInterval(() => void send(rig, paid, [message, message]), 1_000);
    return async () => {
      clearInterval(more);
      await unlock();
    };
  },
};

export const sagaHeldUp: Fault = {
  what: 'ticket is stopped (SIGSTOP), a ticket is ordered, and its time runs out; ticket goes on.',
  alerts: { SagaStuck: { job: 'booking' }, ConsumerGroupEmpty: { group: 'ticket-service' } },
  begin: async (rig) => {
    const end = freeze(rig, 'ticket');
    const orderId = await orderTicket(rig);
    await rig.admin.query('UPDATE booking.timers SET due_at = clock_timestamp() WHERE key = $1', [
      orderId,
    ]);
    return end;
  },
};

export const handlerFails: Fault = {
  what: 'A table of ticket is missing, a ticket is ordered, and its key is made ten minutes older; the table comes back.',
  alerts: { InboxKeysParked: { consumer: 'ticket-service' } },
  begin: async (rig) => {
    await rig.admin.query('ALTER TABLE ticket.tickets RENAME TO tickets_away');
    const key = await orderTicket(rig);
    const age = async () =>
      (
        await rig.admin.query(
          "UPDATE ticket.inbox_parked_keys SET parked_at = parked_at - interval '10 minutes' WHERE key = $1",
          [key],
        )
      ).rowCount;
    await waitFor(age, { what: 'the key to be parked' });
    return async () => {
      await rig.admin.query('ALTER TABLE ticket.tickets_away RENAME TO tickets');
      // its attempts may be used up
      const given = ['--consumer', 'ticket-service', '--key', key];
      await rig.inorder('dead-letters', 'redrive', ...given, '--yes').catch(() => undefined);
    };
  },
};

export const eventsMissing: Fault = {
  what: 'An event comes although others of its key before it are missing; the time that the alert looks back passes.',
  alerts: { OrderViolated: { consumer: 'notifier' } },
  begin: async (rig) => {
    const topic = topicOf('loms.v1.OrderStatusChanged');
    const { headers, ...message } = await firstOf(rig, topic);
    const sequence = String(Number(headers['ce_sequence']) + 60);
    await send(rig, topic, [
      { ...message, headers: { ...headers, ce_id: randomUUID(), ce_sequence: sequence } },
    ]);
    return () => Promise.resolve();
  },
};
