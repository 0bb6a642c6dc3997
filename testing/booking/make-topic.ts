import type { Kafka } from '#platform/messaging/kafka/client.ts';
import type { TestDatabase } from '../engines/database.ts';
import { makeTopics } from '../events/event-messages.ts';

/**
 * Makes a topic for the events of bookings, and returns the settings with which payment and ticket read it in groups of
 * their own: tests at the same time get no events of each other.
 */
export const makeBookingTopic = async (kafka: Kafka, { name }: TestDatabase) => {
  const topic = `${name}.bookings`;
  await makeTopics(kafka, [topic, `${topic}.dlq`]);
  return {
    KAFKA_BROKERS: process.env['TEST_KAFKA_BROKERS'] ?? '',
    KAFKA_BOOKING_ORDER_EVENTS_TOPIC: topic,
    KAFKA_PAYMENT_CONSUMER_GROUP_ID: `payment-${name}`,
    KAFKA_TICKET_CONSUMER_GROUP_ID: `ticket-${name}`,
  };
};
