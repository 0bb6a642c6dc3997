import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { callService } from '../../client/call-service.ts';
import { wordsOf } from '../../client/call.ts';
import { canWrite } from '../../operator.ts';
import type { Lifecycle } from './timeline.ts';

interface NextStep {
  label: string;
  rpc: string;
  request: (name: string) => object;
}

const byId = (orderId: string) => ({ orderId });

/** What whoever ordered may do next, by system and state: the RPCs that their clients use. */
const nextSteps: Readonly<Record<string, Readonly<Record<string, readonly NextStep[]>>>> = {
  loms: {
    'awaiting payment': [
      { label: 'Pay', rpc: 'loms/loms.v1.LomsService/OrderPay', request: byId },
      { label: 'Cancel the order', rpc: 'loms/loms.v1.LomsService/OrderCancel', request: byId },
    ],
  },
  order: {
    PENDING_PAYMENT: [
      {
        label: 'Pay by card',
        rpc: 'order/order.v1.OrderService/PayOrder',
        request: (orderId) => ({ orderId, paymentMethod: 'PAYMENT_METHOD_CARD' }),
      },
      { label: 'Cancel the order', rpc: 'order/order.v1.OrderService/CancelOrder', request: byId },
    ],
  },
  booking: {
    TICKET_ISSUED: [
      {
        label: 'Ask for a refund',
        rpc: 'booking/booking.v1.BookingService/RefundOrder',
        request: byId,
      },
    ],
  },
};

/** Buttons for the customer's next steps; their effect is seen in the diagram. */
export const NextSteps = ({
  name,
  lifecycle,
}: {
  name: string;
  lifecycle: Lifecycle;
}): JSX.Element | null => {
  const { system, state } = lifecycle;
  const [failure, setFailure] = useState('');
  const [isBusy, setBusy] = useState(false);
  const steps = nextSteps[system]?.[state] ?? [];
  if (!canWrite.value || (steps.length === 0 && failure === '')) return null;
  const take = async ({ rpc, request }: NextStep) => {
    setBusy(true);
    setFailure('');
    await callService({ rpc, request: request(name) }).catch((error: unknown) =>
      setFailure(wordsOf(error)),
    );
    setBusy(false);
  };
  return (
    <div class="next">
      {steps.length > 0 && <span class="note">As the customer: </span>}
      {steps.map((step) => (
        <button key={step.label} type="button" disabled={isBusy} onClick={() => void take(step)}>
          {step.label}
        </button>
      ))}
      <p role="alert" class="failure">
        {failure}
      </p>
    </div>
  );
};
