import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { callService } from '../../client/call-service.ts';
import { Table } from '../../parts/table.tsx';
import { OrderForm, toFailure, type Failure, type Field, type Values } from './form.tsx';

const booking = 'booking/booking.v1.BookingService';
// a user that the migrations make
const knownUser = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
const monthMs = 30 * 24 * 3_600_000;

interface Quote {
  quoteId: string;
  amountMinor?: string;
  lines?: { label: string; amountMinor?: string }[];
}

const flightOf = (values: Values) => ({
  from: values['from'],
  to: values['to'],
  date: values['date'],
  time: values['time'],
  airline: values['airline'],
});

const first: Values = {
  from: 'SVO',
  to: 'LED',
  time: '10:30',
  airline: 'SU',
  date: new Date(Date.now() + monthMs).toISOString().slice(0, 10),
};

const fields: readonly Field[] = [
  {
    name: 'user_id',
    label: 'User id (UUID)',
    initial: knownUser,
    paths: ['user_id', 'userId'],
    isWide: true,
  },
  {
    name: 'from',
    label: 'From',
    initial: first['from'] ?? '',
    form: 'three capital letters, e.g. SVO',
  },
  { name: 'to', label: 'To', initial: first['to'] ?? '', form: 'three capital letters, e.g. LED' },
  { name: 'date', label: 'Day of the departure', type: 'date', initial: first['date'] ?? '' },
  { name: 'time', label: 'Time (UTC)', initial: first['time'] ?? '', form: 'a time, e.g. 10:30' },
  {
    name: 'airline',
    label: 'Airline',
    initial: first['airline'] ?? '',
    form: 'two or three capital letters, e.g. SU',
  },
];

/** An order for a flight, with a price that explains itself. */
export const BookingForm = (): JSX.Element => {
  const [flight, setFlight] = useState(first);
  const [quote, setQuote] = useState<Quote>();
  const [failure, setFailure] = useState<Failure>();
  const ask = () => {
    setFailure(undefined);
    callService<Quote>({ rpc: `${booking}/QuotePrice`, request: flightOf(flight) }).then(
      setQuote,
      (error: unknown) => setFailure(toFailure(error, fields)),
    );
  };
  const change = (values: Values) => {
    setFlight(values);
    setQuote(undefined);
    setFailure(undefined);
  };
  return (
    <OrderForm
      title="A booking of a flight"
      then={[
        'booking saves the order and announces it: a saga begins.',
        'payment authorizes the amount, then ticket issues a seat.',
        'What is refused, or given back on its page, is undone by each of them.',
      ]}
      system="booking"
      submit={quote === undefined ? 'Book the flight' : `Book for ${rubles(quote.amountMinor)}`}
      beside={
        <button type="button" onClick={ask}>
          Show the price
        </button>
      }
      onChange={change}
      failure={failure}
      place={(values, key) => {
        setFailure(undefined);
        return place(values, key, quote);
      }}
      fields={fields}
    >
      {quote !== undefined && <Price quote={quote} />}
    </OrderForm>
  );
};

const Price = ({ quote }: { quote: Quote }): JSX.Element => (
  <Table
    caption={`The price is ${rubles(quote.amountMinor)}`}
    isCaptionShown
    head={['What', 'Rubles']}
    numbers={[1]}
    rows={(quote.lines ?? []).map(({ label, amountMinor }) => ({
      key: label,
      cells: [label, rubles(amountMinor)],
    }))}
  />
);

const rubles = (minor = '0'): string => (Number(minor) / 100).toFixed(2);

const place = async (
  values: Values,
  idempotencyKey: string,
  quote: Quote | undefined,
): Promise<string> => {
  const { orderId } = await callService<{ orderId: string }>({
    rpc: `${booking}/CreateOrder`,
    request: {
      userId: values['user_id'],
      ...flightOf(values),
      ...(quote !== undefined && { quoteId: quote.quoteId }),
    },
    idempotencyKey,
  });
  return orderId;
};
