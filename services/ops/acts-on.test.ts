import { actsOn } from './acts-on.ts';

test.each([
  ['ticket', 'ticket-service', 'PaymentAuthorized', true],
  ['ticket', 'ticket-service', 'PaymentRefunded', false],
  ['booking', 'order-service', 'TicketIssued', true],
  ['booking', 'order-service', 'OrderCreated', false],
  ['assembly', 'assembly-service', 'order.v1.OrderPaid', true],
  ['nobody', 'knows', 'it', true],
])('%s by %s on %s: %p', (service, consumer, eventType, expected) => {
  expect(actsOn(service, consumer, eventType)).toBe(expected);
});
