import { Fragment, type JSX } from 'preact';
import { useCall } from '../../client/use-call.ts';
import { CopyId } from '../../parts/copy-id.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { indented } from '../../parts/indented.ts';
import { TraceLink } from '../../parts/trace-link.tsx';
import { shortType, type Entry } from './timeline.ts';

const most = 100;

type OutboxEvent = NonNullable<Entry['event']>;

export interface PayloadProps {
  event: OutboxEvent;
  onClose: () => void;
}

/** The contents of one event, as the outbox has them. */
export const Payload = ({ event, onClose }: PayloadProps): JSX.Element => (
  <Dialog isOpen title={`${shortType(event.eventType)} ${event.sequence}`} onCancel={onClose}>
    <dl class="facts">
      <dt>Event id</dt>
      <dd>
        <CopyId id={event.id} name="event id" />
      </dd>
      <dt>Topic</dt>
      <dd>{event.topic}</dd>
      {Object.entries(event.headers).map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{value}</code>
          </dd>
        </Fragment>
      ))}
    </dl>
    <TraceLink of={[event.headers]} />
    <Contents event={event} />
    <div class="buttons">
      <button type="button" onClick={onClose}>
        Close
      </button>
    </div>
  </Dialog>
);

const Contents = ({ event: { id, key, source, topic } }: { event: OutboxEvent }): JSX.Element => {
  const { answer, failure } = useCall('ShowOrder', { key, source, topic, limit: most });
  const shown = answer?.events.find(({ event }) => event?.id === id);
  if (failure !== undefined) return <p class="failure">{failure}</p>;
  if (answer === undefined) return <p class="note">Reading …</p>;
  if (shown === undefined)
    return (
      <p>It is not among the first {most} events of this order; ./inorder outbox show has it.</p>
    );
  const isCut = new TextEncoder().encode(shown.payload).length < shown.payloadBytes;
  return (
    <>
      <p class="note">
        {shown.payloadBytes} bytes{isCut && ', of which this is the beginning'}
      </p>
      <pre tabIndex={0}>{indented(shown.payload)}</pre>
    </>
  );
};
