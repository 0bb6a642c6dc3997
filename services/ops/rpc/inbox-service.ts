import {
  DiscardDeadLetterRequestSchema,
  RedriveEditedDeadLetterRequestSchema,
  RedriveDeadLettersRequestSchema,
  type OpsService,
} from '#gen/ops/v1/ops_pb.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { DeadLetter } from '../domain/dead-letter.ts';
import type { DiscardLetterInput, DiscardLetterResult } from '../usecases/discard-dead-letter.ts';
import type { DeadLetterPage } from '../usecases/list-dead-letters.ts';
import type {
  RedriveLettersInput,
  RedriveLettersResult,
} from '../usecases/redrive-dead-letters.ts';
import type { RedriveEditedInput, RedriveEditedResult } from '../usecases/redrive-edited-letter.ts';
import type { LetterIdentity } from '../usecases/show-letter.ts';
import type { ConsumerState } from '../usecases/show-inbox-status.ts';
import { actorOf } from './actor.ts';
import { toProtoConsumerStatus, toProtoLetter } from './inbox-to-proto.ts';
import { fromLetterToken, toLetterToken } from './page-token.ts';
import { requestOf } from './request-of.ts';
import { toDate, toTimestamp } from './to-proto.ts';

/** The use cases behind the RPCs on inboxes. */
export interface InboxUseCases {
  showInboxStatus: () => Promise<ConsumerState[]>;
  listDeadLetters: (page: DeadLetterPage) => Promise<{ letters: DeadLetter[]; hasMore: boolean }>;
  redriveDeadLetters: (input: RedriveLettersInput) => Promise<RedriveLettersResult>;
  showLetter: (name: LetterIdentity) => Promise<DeadLetter>;
  redriveEditedLetter: (input: RedriveEditedInput) => Promise<RedriveEditedResult>;
  discardDeadLetter: (input: DiscardLetterInput) => Promise<DiscardLetterResult>;
}

const defaults = { page: 20, letters: 100 };
const sampleSize = 20;

type Reads = 'getInboxStatus' | 'listDeadLetters' | 'getDeadLetter';
type Changes = 'redriveEditedDeadLetter' | 'redriveDeadLetters' | 'discardDeadLetter';

export const createInboxService = (
  useCases: InboxUseCases,
): Pick<Implementation<typeof OpsService>, Reads | Changes> => ({
  ...createReads(useCases),
  ...createChanges(useCases),
});

const createReads = (useCases: InboxUseCases): Pick<Implementation<typeof OpsService>, Reads> => ({
  getInboxStatus: async () => ({
    consumers: (await useCases.showInboxStatus()).map(toProtoConsumerStatus),
  }),
  listDeadLetters: async ({ pageSize, pageToken, ...filter }) => {
    const page = { ...filter, before: fromLetterToken(pageToken) };
    const limit = pageSize || defaults.page;
    const { letters, hasMore } = await useCases.listDeadLetters({ ...page, limit });
    const last = letters.at(-1);
    return {
      letters: letters.map(toProtoLetter),
      nextPageToken: hasMore && last ? toLetterToken(last) : '',
    };
  },
  getDeadLetter: async ({ consumer, eventId }) => {
    const letter = await useCases.showLetter({ consumer, eventId });
    const shown = toProtoLetter(letter);
    const rawValue = shown.valueForm === 'hex' ? letter.value : undefined;
    return { letter: shown, ...(rawValue && { rawValue: new Uint8Array(rawValue) }) };
  },
});

const createChanges = (
  useCases: InboxUseCases,
): Pick<Implementation<typeof OpsService>, Changes> => ({
  redriveEditedDeadLetter: (request, context) => {
    const { consumer, eventId, reason, value, dryRun } = request;
    return useCases.redriveEditedLetter({
      actor: actorOf(request, context),
      consumer,
      eventId,
      reason,
      value,
      dryRun,
      request: requestOf(RedriveEditedDeadLetterRequestSchema, request),
    });
  },
  redriveDeadLetters: async (request, context) => {
    const { consumer, topic, key, reason, firstLine, eventId, dryRun, maxLetters } = request;
    const { operationId, letters, hasMore, asOf } = await useCases.redriveDeadLetters({
      actor: actorOf(request, context),
      consumer,
      topic,
      key,
      reason,
      firstLine,
      eventId,
      dryRun,
      failedFrom: toDate(request.failedFrom),
      failedBefore: toDate(request.failedBefore),
      maxLetters: maxLetters || defaults.letters,
      request: requestOf(RedriveDeadLettersRequestSchema, request),
    });
    return {
      operationId,
      letters: letters.length,
      keys: new Set(letters.map(({ topic, key: of }) => `${topic}\n${of}`)).size,
      sample: letters.slice(0, sampleSize).map((each) => each.eventId),
      hasMore,
      asOf: toTimestamp(asOf),
    };
  },
  discardDeadLetter: async (request, context) => {
    const { reason, eventId, dryRun } = request;
    const actor = actorOf(request, context);
    const asked = { actor, reason, consumer: request.consumer, eventId, dryRun };
    const once = requestOf(DiscardDeadLetterRequestSchema, request);
    const discarded = await useCases.discardDeadLetter({ ...asked, request: once });
    const { sequence, ...letter } = discarded;
    return { ...letter, ...(sequence !== undefined && { sequence }) };
  },
});
