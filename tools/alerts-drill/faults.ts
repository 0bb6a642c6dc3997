import {
  eventsMissing,
  handlerFails,
  inboxLocked,
  poisonSent,
  sagaHeldUp,
  tooManyMessages,
} from './consumer-faults.ts';
import {
  bucketsTaken,
  bucketsUnclaimed,
  eventRefused,
  leasesEnded,
  publisherFrozen,
  topicDeleted,
} from './publisher-faults.ts';
import type { Fault } from './fault.ts';
import { opsFrozen, roleLockedOut, schemaReplaced } from './service-faults.ts';

/** All faults of the drill; together they make every alert fire. */
export const faults: readonly Fault[] = [
  publisherFrozen,
  eventRefused,
  bucketsUnclaimed,
  bucketsTaken,
  leasesEnded,
  poisonSent,
  inboxLocked,
  tooManyMessages,
  handlerFails,
  eventsMissing,
  sagaHeldUp,
  opsFrozen,
  roleLockedOut,
  schemaReplaced,
  topicDeleted,
];
