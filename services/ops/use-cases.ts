import { bucketCount } from '#platform/messaging/outbox/bucket.ts';
import { readsOf, withoutBlockingOf, type UseCasesParts } from './reads.ts';
import type { InboxUseCases } from './rpc/inbox-service.ts';
import type { OpsUseCases } from './rpc/ops-service.ts';
import { listFailedKeys } from './store/blocked.ts';
import {
  discardEvent,
  discardLetter,
  keepOperation,
  redriveKeys,
  redriveEdited,
  redriveLetters,
  replayRows,
} from './store/changes.ts';
import { findLetter, findWholeLetter, listLetters, selectLetters } from './store/dead-letters.ts';
import { findById, findBySequence, listFailed, listShown } from './store/events.ts';
import { followEvents, followKeys, followLetters } from './store/follow.ts';
import { listHeld } from './store/held.ts';
import { countInbox, listConsumers } from './store/inbox-status.ts';
import { findOperation, listOperations } from './store/operations.ts';
import { findDone } from './store/requests.ts';
import { countHeld, selectFailedKeys } from './store/selections.ts';
import { selectSentRows } from './store/sent-rows.ts';
import { countTopics, listPublishers, listUnwritable } from './store/status.ts';
import { createStuckUseCases } from './stuck-use-cases.ts';
import { discardDeadLetter } from './usecases/discard-dead-letter.ts';
import { discard } from './usecases/discard.ts';
import { findConsumer } from './usecases/find-consumer.ts';
import { followOperation } from './usecases/follow-operation.ts';
import { listBlocked } from './usecases/list-blocked.ts';
import { listDeadLetters } from './usecases/list-dead-letters.ts';
import { redriveDeadLetters } from './usecases/redrive-dead-letters.ts';
import { redriveEditedLetter } from './usecases/redrive-edited-letter.ts';
import { redrive } from './usecases/redrive.ts';
import { replay } from './usecases/replay.ts';
import { showInboxStatus } from './usecases/show-inbox-status.ts';
import { showLetter } from './usecases/show-letter.ts';
import { showOrder } from './usecases/show-order.ts';
import { showStatus } from './usecases/show-status.ts';
import { createTimelineUseCases } from './timeline-use-cases.ts';

/** Creates the use cases with their dependencies. */
export const createUseCases = (parts: UseCasesParts): OpsUseCases => ({
  ...createReads(parts),
  ...createChanges(parts),
  ...createInboxUseCases(parts),
  ...createTimelineUseCases(parts),
  ...createStuckUseCases(parts),
});

const createReads = (
  parts: UseCasesParts,
): Pick<
  OpsUseCases,
  'showStatus' | 'showOrder' | 'listBlocked' | 'listOperations' | 'followOperation'
> => {
  const { reading } = parts;
  const reads = {
    ...readsOf(parts),
    listPublishers: listPublishers(reading),
    listUnwritable: listUnwritable(reading),
  };
  return {
    showStatus: showStatus({ ...reads, countTopics: countTopics(reading), buckets: bucketCount }),
    showOrder: showOrder({ ...reads, listShown: listShown(reading) }),
    listBlocked: listBlocked({ ...reads, listFailedKeys: listFailedKeys(reading) }),
    listOperations: listOperations(reading),
    followOperation: followOperation({
      findOperation: findOperation(reading),
      followKeys: followKeys(reading),
      followEvents: followEvents(reading),
      followLetters: followLetters(reading),
    }),
  };
};

const changesOf = (parts: UseCasesParts) => ({
  ...readsOf(parts),
  newId: parts.changing.clock.newId,
  now: parts.changing.clock.now,
  keepOperation: keepOperation(parts.changing),
  findDone: findDone(parts.changing),
});

const createChanges = (
  parts: UseCasesParts,
): Pick<OpsUseCases, 'redrive' | 'discard' | 'replay'> => {
  const { reading, changing, wakePublisher } = parts;
  const changes = { ...changesOf(parts), wakePublisher };
  const change = { pool: changing, withoutBlocking: withoutBlockingOf(parts) };
  return {
    redrive: redrive({
      ...changes,
      selectFailedKeys: selectFailedKeys(reading),
      countHeld: countHeld(reading),
      redriveKeys: redriveKeys(change),
    }),
    discard: discard({
      ...changes,
      findById: findById(reading),
      findBySequence: findBySequence(reading),
      countHeld: countHeld(reading),
      discardEvent: discardEvent(change),
    }),
    replay: replay({
      ...changes,
      listFailed: listFailed(reading),
      selectSentRows: selectSentRows(reading),
      replayRows: replayRows(change),
    }),
  };
};

const createInboxUseCases = (parts: UseCasesParts): InboxUseCases => {
  const { reading, changing } = parts;
  const reads = readsOf(parts);
  const changes = {
    ...changesOf(parts),
    findConsumer: findConsumer({ ...reads, listConsumers: listConsumers(reading) }),
  };
  return {
    showInboxStatus: showInboxStatus({
      ...reads,
      countInbox: countInbox(reading),
      listHeld: listHeld(reading),
    }),
    listDeadLetters: listDeadLetters({ ...reads, listLetters: listLetters(reading) }),
    redriveDeadLetters: redriveDeadLetters({
      ...changes,
      selectLetters: selectLetters(reading),
      redriveLetters: redriveLetters({ pool: changing }),
    }),
    showLetter: showLetter({ ...changes, findWholeLetter: findWholeLetter(reading) }),
    redriveEditedLetter: redriveEditedLetter({
      ...changes,
      findWholeLetter: findWholeLetter(reading),
      redriveEdited: redriveEdited({ pool: changing }),
    }),
    discardDeadLetter: discardDeadLetter({
      ...changes,
      findLetter: findLetter(reading),
      discardLetter: discardLetter({ pool: changing }),
    }),
  };
};
