import type { ComponentChildren, JSX } from 'preact';
import { now } from '../../client/clock.ts';
import { useCall } from '../../client/use-call.ts';
import type { PageProps } from '../../page-props.ts';
import { CopyId } from '../../parts/copy-id.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Followed } from '../../parts/followed.tsx';
import { LetterActs } from '../../parts/letter-acts.tsx';
import { Moment } from '../../parts/moment.tsx';
import { Says } from '../../parts/says.tsx';
import { TraceLink } from '../../parts/trace-link.tsx';
import { EditLetter } from './edit-letter.tsx';
import { isOpen, LetterState, readableValue, type Letter } from './letter-state.tsx';

const refreshSeconds = 3;

/** One message that a consumer gave up, with its contents and what may be done. */
export const DeadLetter = ({ params, query }: PageProps): JSX.Element => {
  const turn = Math.floor(now.value / 1_000 / refreshSeconds);
  const asked = { eventId: params['id'] ?? '', consumer: query.get('consumer') ?? '' };
  const { answer, failure } = useCall('GetDeadLetter', asked, turn);
  const letter = answer?.letter;
  return (
    <>
      <p>
        <a href="/dead-letters">All dead letters</a>
      </p>
      <h1>Dead letter</h1>
      {failure !== undefined && <Says tone="act">{failure}</Says>}
      {letter !== undefined && <Shown letter={letter} rawValue={answer?.rawValue ?? ''} />}
    </>
  );
};

interface ShownProps {
  letter: Letter;
  rawValue: string;
}

const Shown = ({ letter, rawValue }: ShownProps): JSX.Element => (
  <div class="stack">
    <Says tone={isOpen(letter) ? 'act' : 'ok'}>
      <LetterState letter={letter} /> {sentenceOf(letter)}
    </Says>
    <Followed />
    {isOpen(letter) && (
      <div class="row-acts">
        <LetterActs consumer={letter.consumer} message={letter} />
        {letter.valueForm !== 'hex' && <EditLetter letter={letter} />}
      </div>
    )}
    <Facts facts={factsOf(letter)} />
    <section>
      <h2>Error</h2>
      <pre tabIndex={0}>{letter.error}</pre>
    </section>
    <section>
      <h2>Value ({letter.valueBytes} bytes)</h2>
      <pre tabIndex={0}>{readableValue(letter)}</pre>
      <Download letter={letter} rawValue={rawValue} />
    </section>
    <section>
      <h2>
        Headers <TraceLink of={[letter.headers]} />
      </h2>
      <pre tabIndex={0}>{JSON.stringify(letter.headers, null, 2)}</pre>
    </section>
  </div>
);

const sentenceOf = (letter: Letter): ComponentChildren => {
  const { consumer, redrivenAt, redrivenBy, discardedAt, discardedBy, discardReason } = letter;
  if (discardedAt !== undefined)
    return (
      <>
        Discarded by {discardedBy} at <Moment at={discardedAt} />: {discardReason}
      </>
    );
  if (redrivenAt !== undefined)
    return (
      <>
        Redriven by {redrivenBy} at <Moment at={redrivenAt} />; if {consumer} gives it up again, it
        is listed again.
      </>
    );
  return `${consumer} has given it up. Mend the cause, then retry it; or edit a copy, if the message itself is wrong.`;
};

const factsOf = (letter: Letter): [string, ComponentChildren][] => {
  const { key, eventId, eventType, source, sequence, topic, partition, offset } = letter;
  const from = source || 'unknown';
  return [
    ['Order', <a href={`/orders/${encodeURIComponent(key)}`}>{key}</a>],
    ['Event', eventType || 'unknown'],
    ['Event id', <CopyId id={eventId} name="event id" />],
    ['From', sequence === undefined ? from : `${from}, sequence ${sequence}`],
    ['Consumer', letter.consumer],
    ['Place', `${topic}, partition ${String(partition)}, offset ${offset}`],
    ['Attempts', letter.attempts],
    ['Given up', letter.failedAt === undefined ? '' : <Moment at={letter.failedAt} />],
  ];
};

const Download = (props: ShownProps): JSX.Element => {
  const save = () => {
    const file = new Blob([JSON.stringify(props, null, 2)], { type: 'application/json' });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = `dead-letter-${props.letter.eventId}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <p>
      <button type="button" onClick={save}>
        Download as JSON
      </button>
    </p>
  );
};
