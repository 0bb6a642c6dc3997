import type { DeadLetter } from '../domain/dead-letter.ts';
import { noSuchLetter } from './open-letter.ts';
import { refuseWrongId } from './event-id.ts';
import type { KnownConsumer } from './find-consumer.ts';

export interface LetterIdentity {
  consumer: string;
  eventId: string;
}

export interface ShowLetterDeps {
  findConsumer: (name: string) => Promise<KnownConsumer>;
  findWholeLetter: (service: string, name: LetterIdentity) => Promise<DeadLetter | undefined>;
}

/** Shows one dead letter with its whole value, whatever its state. Refuses one that there is not. */
export const showLetter =
  ({ findConsumer, findWholeLetter }: ShowLetterDeps) =>
  async ({ consumer: name, eventId }: LetterIdentity): Promise<DeadLetter> => {
    refuseWrongId(eventId, 'event_id');
    const { service, consumer } = await findConsumer(name);
    const letter = await findWholeLetter(service, { consumer, eventId });
    if (letter === undefined) throw noSuchLetter(consumer);
    return letter;
  };
