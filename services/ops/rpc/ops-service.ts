import {
  DiscardRequestSchema,
  RedriveRequestSchema,
  ReplayRequestSchema,
  type OpsService,
} from '#gen/ops/v1/ops_pb.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { DiscardInput, DiscardResult } from '../usecases/discard.ts';
import type { SchemaStore } from '../domain/schemas.ts';
import type { BlockedPage, ListBlockedInput } from '../usecases/list-blocked.ts';
import type { RedriveInput, RedriveResult } from '../usecases/redrive.ts';
import type { ReplayInput, ReplayResult } from '../usecases/replay.ts';
import type { ShowOrderInput, ShownEvent } from '../usecases/show-order.ts';
import type { SourceStatus } from '../usecases/show-status.ts';
import { actorOf } from './actor.ts';
import { createConsoleService } from './console-service.ts';
import { createInboxService, type InboxUseCases } from './inbox-service.ts';
import { createOverviewService, type OverviewUseCases } from './overview-service.ts';
import { createOperationsService, type OperationsUseCases } from './operations-service.ts';
import { fromPageToken, toPageToken } from './page-token.ts';
import { requestOf } from './request-of.ts';
import { createSchemasService } from './schemas-service.ts';
import { createStuckService, type StuckUseCases } from './stuck-service.ts';
import {
  createTimelineService,
  type TimelineUseCases,
  type WatchUseCases,
} from './timeline-service.ts';
import { timed, toDate, toProtoEvent, toTimestamp } from './to-proto.ts';

/** The use cases behind the RPCs. */
export interface OpsUseCases
  extends InboxUseCases, OperationsUseCases, StuckUseCases, TimelineUseCases {
  showStatus: (source: string) => Promise<SourceStatus[]>;
  showOrder: (input: ShowOrderInput) => Promise<{ events: ShownEvent[]; hasMore: boolean }>;
  listBlocked: (input: ListBlockedInput) => Promise<BlockedPage>;
  redrive: (input: RedriveInput) => Promise<RedriveResult>;
  discard: (input: DiscardInput) => Promise<DiscardResult>;
  replay: (input: ReplayInput) => Promise<ReplayResult>;
}

const defaults = { shown: 50, blocked: 100, keys: 100, rows: 500 };
const sampleSize = 20;

/** Implements ops.v1.OpsService: proto in, use case, proto out. */
export const createOpsService = (
  useCases: OpsUseCases & WatchUseCases & OverviewUseCases & { schemas: SchemaStore },
): Implementation<typeof OpsService> => ({
  ...createReads(useCases),
  ...createChanges(useCases),
  ...createInboxService(useCases),
  ...createOperationsService(useCases),
  ...createOverviewService(useCases),
  ...createConsoleService(),
  ...createTimelineService(useCases),
  ...createStuckService(useCases),
  ...createSchemasService(useCases.schemas),
});

type Reads = 'getOutboxStatus' | 'showOrder' | 'listBlocked';

const createReads = (useCases: OpsUseCases): Pick<Implementation<typeof OpsService>, Reads> => ({
  getOutboxStatus: async ({ source }) => ({
    sources: (await useCases.showStatus(source)).map((status) => ({
      ...status,
      publishers: status.publishers.map(({ buckets, expiresAt, ...rest }) => ({
        ...rest,
        expiresAt: toTimestamp(expiresAt),
        ownedBuckets: buckets.length,
      })),
      unwritablePartitions: status.unwritablePartitions.map(({ since, triedAt, ...rest }) => ({
        ...rest,
        ...timed({ since, triedAt }),
      })),
    })),
  }),
  showOrder: async ({ key, source, topic, limit, skip }) => {
    const shown = { key, source, topic, skip, limit: limit || defaults.shown };
    const { events, hasMore } = await useCases.showOrder(shown);
    return {
      hasMore,
      events: events.map((each) => ({ ...each, event: toProtoEvent(each.event) })),
    };
  },
  listBlocked: async ({ source, topic, pageSize, pageToken }) => {
    const after = fromPageToken(pageToken);
    const limit = pageSize || defaults.blocked;
    const { keys, hasMore } = await useCases.listBlocked({ source, topic, after, limit });
    const last = keys.at(-1);
    return {
      keys: keys.map((each) => ({ ...each, failedAt: toTimestamp(each.failedAt) })),
      nextPageToken: hasMore && last ? toPageToken(last) : '',
    };
  },
});

const createChanges = (
  useCases: OpsUseCases,
): Pick<Implementation<typeof OpsService>, 'redrive' | 'discard' | 'replay'> => ({
  redrive: async (request, context) => {
    const { source, topic, key, reason, dryRun, maxKeys } = request;
    const actor = actorOf(request, context);
    const { keys, asOf, ...result } = await useCases.redrive({
      actor,
      source,
      topic,
      key,
      reason,
      dryRun,
      failedFrom: toDate(request.failedFrom),
      failedBefore: toDate(request.failedBefore),
      maxKeys: maxKeys || defaults.keys,
      request: requestOf(RedriveRequestSchema, request),
    });
    const sample = keys.slice(0, sampleSize);
    return { ...result, keys: keys.length, sample, asOf: toTimestamp(asOf) };
  },
  discard: async (request, context) => {
    const actor = actorOf(request, context);
    const { reason, source, id, topic, key, sequence, dryRun } = request;
    const asked = { actor, reason, source, id, topic, key, sequence, dryRun };
    const once = requestOf(DiscardRequestSchema, request);
    const { released, ...event } = await useCases.discard({ ...asked, request: once });
    return { ...event, releasedRows: released };
  },
  replay: async (request, context) => {
    const { source, topic, key, afterSeq, dryRun, maxRows } = request;
    const actor = actorOf(request, context);
    const { asOf, ...result } = await useCases.replay({
      actor,
      source,
      topic,
      key,
      afterSeq,
      dryRun,
      sentFrom: toDate(request.sentFrom),
      sentBefore: toDate(request.sentBefore),
      maxRows: maxRows || defaults.rows,
      request: requestOf(ReplayRequestSchema, request),
    });
    return { ...result, asOf: toTimestamp(asOf) };
  },
});
