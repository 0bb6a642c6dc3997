import type { JSX } from 'preact';
import { call } from '../client/call.ts';
import { Act } from './act.tsx';

/** Lets the one consumer that gave a message up try it again, or gives it up for ever. */
export const LetterActs = ({
  consumer,
  message,
}: {
  consumer: string;
  message: { eventId: string; eventType: string };
}): JSX.Element => {
  const { eventId } = message;
  const what = `${message.eventType.split('.').at(-1) ?? ''} at ${consumer}`;
  return (
    <>
      <Act
        label="Retry"
        of={what}
        look={async (actor) => {
          const asked = { actor, consumer, eventId, dryRun: true };
          const { letters } = await call('RedriveDeadLetters', asked);
          if (letters === 0) return undefined;
          return {
            confirm: 'Retry 1 message',
            says: (
              <p>
                {consumer} will try this message again, with all its attempts; nobody else sees it.
              </p>
            ),
          };
        }}
        act={({ actor, requestId }) =>
          call('RedriveDeadLetters', { actor, requestId, consumer, eventId })
        }
      />{' '}
      <Act
        label="Discard"
        of={what}
        isFinal
        look={async (actor) => {
          const reason = 'a dry run';
          await call('DiscardDeadLetter', { actor, reason, consumer, eventId, dryRun: true });
          return {
            confirm: 'Discard 1 message',
            says: <p>{consumer} will never handle this message; what waits behind it goes on.</p>,
          };
        }}
        act={({ actor, requestId, reason }) =>
          call('DiscardDeadLetter', { actor, requestId, reason, consumer, eventId })
        }
      />
    </>
  );
};
