import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { callService } from '../../client/call-service.ts';
import { CallError } from '../../client/call-error.ts';
import { wordsOf } from '../../client/call.ts';
import { canWrite } from '../../operator.ts';
import type { Lifecycle } from './timeline.ts';

interface NextStep {
  label: string;
  take: (name: string) => Promise<unknown>;
}

const byId = (rpc: string) => (orderId: string) => callService({ rpc, request: { orderId } });

const pvz = 'pvz/pvz.v1.PvzService';

/** Issues a parcel to its client, or takes it back. pvz wants to hear whose it is, and answers for each parcel. */
const process = (action: string) => async (orderId: string) => {
  const { changes } = await callService<{ changes: { userId: string }[] }>({
    rpc: `${pvz}/GetOrderHistory`,
    request: { orderId },
  });
  const { errors = [] } = await callService<{ errors?: { message: string }[] }>({
    rpc: `${pvz}/ProcessOrders`,
    request: { userId: changes[0]?.userId, action, orderIds: [orderId] },
  });
  if (errors[0] !== undefined) throw new CallError('failed_precondition', errors[0].message);
};

const giveBack: NextStep = {
  label: 'Give it back to the courier',
  take: byId(`${pvz}/ReturnOrder`),
};

/** What people may do next, by system and state: the RPCs that their clients use. */
const nextSteps: Readonly<Record<string, Readonly<Record<string, readonly NextStep[]>>>> = {
  loms: {
    'awaiting payment': [
      { label: 'Pay', take: byId('loms/loms.v1.LomsService/OrderPay') },
      { label: 'Cancel the order', take: byId('loms/loms.v1.LomsService/OrderCancel') },
    ],
  },
  order: {
    PENDING_PAYMENT: [
      {
        label: 'Pay by card',
        take: (orderId) =>
          callService({
            rpc: 'order/order.v1.OrderService/PayOrder',
            request: { orderId, paymentMethod: 'PAYMENT_METHOD_CARD' },
          }),
      },
      { label: 'Cancel the order', take: byId('order/order.v1.OrderService/CancelOrder') },
    ],
  },
  booking: {
    TICKET_ISSUED: [
      { label: 'Ask for a refund', take: byId('booking/booking.v1.BookingService/RefundOrder') },
    ],
  },
  pvz: {
    accepted: [
      { label: 'Issue it to the client', take: process('PROCESS_ACTION_ISSUE') },
      giveBack,
    ],
    issued: [{ label: 'Take it back from the client', take: process('PROCESS_ACTION_RETURN') }],
    returned_by_client: [giveBack],
  },
};

const actors: Readonly<Record<string, string>> = { pvz: 'At the pick-up point' };

/** Buttons for the next steps of the people outside; their effect is seen in the diagram. */
export const NextSteps = ({
  name,
  lifecycle,
}: {
  name: string;
  lifecycle: Lifecycle;
}): JSX.Element | null => {
  const { system, state, hasEnded } = lifecycle;
  const [failure, setFailure] = useState('');
  const [isBusy, setBusy] = useState(false);
  const steps = nextSteps[system]?.[state] ?? [];
  if (!canWrite.value || (steps.length === 0 && failure === '')) return null;
  const take = async (step: NextStep) => {
    setBusy(true);
    setFailure('');
    await step.take(name).catch((error: unknown) => setFailure(wordsOf(error)));
    setBusy(false);
  };
  return (
    <div class="next">
      {steps.length > 0 && <span class="note">{actors[system] ?? 'As the customer'}: </span>}
      {steps.map((step, place) => (
        <button
          key={step.label}
          type="button"
          class={place === 0 && !hasEnded ? 'primary' : ''}
          disabled={isBusy}
          onClick={() => void take(step)}
        >
          {step.label}
        </button>
      ))}
      <p role="alert" class="failure">
        {failure}
      </p>
    </div>
  );
};
