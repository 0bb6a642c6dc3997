import type { JSX } from 'preact';
import { call } from '../../client/call.ts';
import { canWrite } from '../../operator.ts';
import { Act } from '../../parts/act.tsx';
import { countWords } from '../../../domain/words.ts';
import { shortType, type Entry, type Timeline } from './timeline.ts';

type OutboxEvent = NonNullable<Entry['event']>;

/** Sends the failed events of the order again: one button a source. */
export const RedriveActs = ({
  name,
  timeline,
}: {
  name: string;
  timeline: Timeline;
}): JSX.Element => {
  const failed = sourcesOf(timeline, 'FAILED');
  return (
    <div class="acts">
      {failed.map((source) => (
        <RedriveOrder key={source} name={name} source={source} />
      ))}
    </div>
  );
};

/** Sends events again that were sent: seldom needed, so it stands below what they are. */
export const ReplayActs = ({
  name,
  timeline,
}: {
  name: string;
  timeline: Timeline;
}): JSX.Element | null => {
  const failed = sourcesOf(timeline, 'FAILED');
  const sent = sourcesOf(timeline, 'COMPLETED').filter((source) => !failed.includes(source));
  if (sent.length === 0 || !canWrite.value) return null;
  return (
    <div class="next">
      <span class="note">For a consumer that has to read them anew:</span>
      {sent.map((source) => (
        <ReplayOrder key={source} name={name} source={source} />
      ))}
    </div>
  );
};

const sourcesOf = ({ entries }: Timeline, status: string): string[] => [
  ...new Set(entries.flatMap(({ event }) => (event?.status === status ? [event.source] : []))),
];

interface OfSource {
  name: string;
  source: string;
}

const RedriveOrder = ({ name, source }: OfSource): JSX.Element => {
  return (
    <Act
      label="Redrive"
      button={`Redrive ${source}`}
      isNext
      of={`the failed events of ${source}`}
      look={async (actor) => {
        const asked = { actor, source, key: name, dryRun: true };
        const { keys, failedRows, waitingRows, asOf } = await call('Redrive', asked);
        if (keys === 0) return undefined;
        return {
          asOf,
          confirm: `Redrive ${countWords(failedRows + waitingRows, 'event')}`,
          says: (
            <p>
              {countWords(failedRows, 'failed event')} of order {name} ({source}) will be sent again
              {waitingRows > 0 && `, and ${countWords(waitingRows, 'event')} that wait behind`}. Do
              it when the cause is mended: otherwise it fails again.
            </p>
          ),
        };
      }}
      act={({ actor, requestId, asOf }) =>
        call('Redrive', {
          actor,
          requestId,
          source,
          key: name,
          ...(asOf !== undefined && { failedBefore: asOf }),
        })
      }
    />
  );
};

const ReplayOrder = ({ name, source }: OfSource): JSX.Element => {
  return (
    <Act
      label="Replay"
      button={`Replay ${source}`}
      of={`the events of ${source}`}
      look={async (actor) => {
        const { rows, asOf } = await call('Replay', { actor, source, key: name, dryRun: true });
        if (rows === 0) return undefined;
        return {
          asOf,
          confirm: `Replay ${countWords(rows, 'event')}`,
          says: (
            <p>
              {countWords(rows, 'event')} of order {name} ({source}) will be sent again with the
              same ids; consumers with an inbox drop what they have handled. Those that were sent
              within the last 6 s are passed over.
            </p>
          ),
        };
      }}
      act={({ actor, requestId, asOf }) =>
        call('Replay', {
          actor,
          requestId,
          source,
          key: name,
          ...(asOf !== undefined && { sentBefore: asOf }),
        })
      }
    />
  );
};

/** Gives one failed event up. */
export const DiscardEvent = ({ event }: { event: OutboxEvent }): JSX.Element => {
  const { id, source, sequence, eventType } = event;
  const what = `${shortType(eventType)} ${sequence}`;
  return (
    <Act
      label="Discard"
      of={what}
      isFinal
      look={async (actor) => {
        const reason = 'a dry run';
        const { releasedRows } = await call('Discard', { actor, reason, source, id, dryRun: true });
        return {
          confirm: `Discard ${what}`,
          says: (
            <p>
              This event will never be sent; consumers see a gap.{' '}
              {releasedRows === 0
                ? 'No event waits behind it.'
                : `${countWords(releasedRows, 'event')} behind it will go on.`}
            </p>
          ),
        };
      }}
      act={({ actor, requestId, reason }) =>
        call('Discard', { actor, requestId, reason, source, id })
      }
    />
  );
};
