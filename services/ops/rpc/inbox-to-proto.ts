import type {
  ConsumerStatusSchema,
  ConsumerTimelineSchema,
  DeadLetterSchema,
  HeldPartitionSchema,
  TimelineTimerSchema,
} from '#gen/ops/v1/ops_pb.ts';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Letter } from '../domain/consumed.ts';
import type { HeldPartition } from '../domain/held.ts';
import type { DeadLetter } from '../domain/dead-letter.ts';
import type { ConsumersOfKey, ConsumerTimeline } from '../usecases/show-consumers.ts';
import type { ConsumerState } from '../usecases/show-inbox-status.ts';
import { readableValue } from './readable-value.ts';
import { timed } from './to-proto.ts';

export const toProtoConsumer = ({
  messages,
  held,
  ...consumer
}: ConsumerTimeline): MessageInitShape<typeof ConsumerTimelineSchema> => ({
  ...consumer,
  messages: messages.map(({ sequence, takenAt, parked, letter, ...message }) => ({
    ...message,
    ...(sequence !== undefined && { sequence }),
    ...(letter && { attempts: letter.attempts, error: letter.error, ...outcomeOf(letter) }),
    ...(parked && { attempts: parked.attempts, error: parked.error }),
    ...timed({ takenAt, dueAt: parked?.dueAt }),
  })),
  held: held.map(toProtoHeld),
});

const toProtoHeld = ({
  since,
  triedAt,
  ...held
}: HeldPartition & { says: string }): MessageInitShape<typeof HeldPartitionSchema> => ({
  ...held,
  ...timed({ since, triedAt }),
});

/** When the message was given up, and what happened to it afterwards. */
const outcomeOf = (letter: Letter) => {
  const { failedAt, redrivenAt, redrivenBy, discardedAt, discardedBy, discardReason } = letter;
  const who = { redrivenBy, discardedBy, discardReason };
  return { ...who, ...timed({ failedAt, redrivenAt, discardedAt }) };
};

export const toProtoTimer = ({
  dueAt,
  createdAt,
  ...timer
}: ConsumersOfKey['timers'][number]): MessageInitShape<typeof TimelineTimerSchema> => ({
  ...timer,
  ...timed({ dueAt, createdAt }),
});

export const toProtoConsumerStatus = ({
  lastTakenAt,
  heldPartitions,
  ...status
}: ConsumerState): MessageInitShape<typeof ConsumerStatusSchema> => ({
  ...status,
  ...timed({ lastTakenAt }),
  heldPartitions: heldPartitions.map(toProtoHeld),
});

export const toProtoLetter = ({
  sequence,
  headers,
  failedAt,
  redrivenAt,
  discardedAt,
  value,
  ...letter
}: DeadLetter): MessageInitShape<typeof DeadLetterSchema> => ({
  ...letter,
  ...(sequence !== undefined && { sequence }),
  headers: { ...headers },
  ...timed({ failedAt, redrivenAt, discardedAt }),
  ...readableValue(value, letter.valueBytes),
});
