import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { defineContract } from '#platform/serving/contract.ts';
import { slotRefusals } from '#platform/serving/watch/in-slot.ts';

// Some RPCs have no example, because they name a failed event, an operation, or a consumer that has accepted
// messages.
const [actor, source, key] = ['anna', 'loms', '1'];

/** Who may call each RPC, why it refuses, and how it is called. */
export const opsContract = defineContract(
  OpsService,
  {
    getOutboxStatus: {
      role: 'ops:read',
      refusals: { invalid: ['source-unknown'] },
      examples: { loms: { source } },
    },
    showOrder: {
      role: 'ops:read',
      refusals: { invalid: ['source-unknown'] },
      examples: { first: { key } },
    },
    listBlocked: {
      role: 'ops:read',
      refusals: { invalid: ['source-unknown', 'source-missing', 'page-token-wrong'] },
      examples: { loms: { source } },
    },
    getTimeline: {
      role: 'ops:read',
      refusals: { invalid: ['source-unknown'] },
      examples: { first: { key } },
    },
    watchTimeline: {
      role: 'ops:read',
      refusals: {
        ...slotRefusals,
        unavailable: [...slotRefusals.unavailable, 'watch-broken'],
      },
      examples: { first: { key } },
    },
    findOrders: { role: 'ops:read', examples: { first: { text: key } } },
    redrive: {
      role: 'ops:write',
      refusals: {
        invalid: ['source-unknown', 'source-missing', 'selection-missing'],
        precondition: ['request-id-reused'],
      },
      examples: { 'dry-run': { actor, source, key, dryRun: true } },
    },
    discard: {
      role: 'ops:write',
      refusals: {
        invalid: [
          'source-unknown',
          'source-missing',
          'event-missing',
          'event-id-wrong',
          'event-ambiguous',
        ],
        'not-found': ['event-not-found'],
        precondition: ['event-not-failed', 'request-id-reused'],
        conflict: ['event-changed'],
      },
    },
    replay: {
      role: 'ops:write',
      refusals: {
        invalid: ['source-unknown', 'source-missing', 'selection-missing'],
        precondition: ['key-blocked', 'request-id-reused'],
      },
      examples: { 'dry-run': { actor, source, key, dryRun: true } },
    },
    listStuck: {
      role: 'ops:read',
      refusals: { invalid: ['source-unknown'] },
      examples: { all: {} },
    },
    ignoreCause: {
      role: 'ops:write',
      refusals: { invalid: ['cause-wrong', 'until-too-late'] },
    },
    getInboxStatus: { role: 'ops:read' },
    listDeadLetters: {
      role: 'ops:read',
      refusals: { invalid: ['page-token-wrong'] },
      examples: { newest: { pageSize: 20 } },
    },
    getDeadLetter: {
      role: 'ops:read',
      refusals: {
        invalid: ['consumer-missing', 'consumer-unknown', 'event-id-wrong'],
        'not-found': ['dead-letter-not-found'],
      },
    },
    redriveEditedDeadLetter: {
      role: 'ops:write',
      refusals: {
        invalid: [
          'consumer-missing',
          'consumer-unknown',
          'event-id-wrong',
          'value-not-json',
          'value-unchanged',
        ],
        'not-found': ['dead-letter-not-found'],
        precondition: ['dead-letter-not-open', 'request-id-reused'],
        conflict: ['dead-letter-changed'],
      },
    },
    redriveDeadLetters: {
      role: 'ops:write',
      refusals: {
        invalid: ['consumer-missing', 'consumer-unknown', 'event-id-wrong'],
        precondition: ['request-id-reused'],
      },
    },
    discardDeadLetter: {
      role: 'ops:write',
      refusals: {
        invalid: ['consumer-missing', 'consumer-unknown', 'event-id-wrong'],
        'not-found': ['dead-letter-not-found'],
        precondition: ['dead-letter-not-open', 'request-id-reused'],
        conflict: ['dead-letter-changed'],
      },
    },
    listOperations: {
      role: 'ops:read',
      refusals: { invalid: ['page-token-wrong'] },
      examples: { newest: { pageSize: 20 } },
    },
    listSchemas: {
      role: 'ops:read',
      refusals: { unavailable: ['registry-away'], precondition: ['registry-refused'] },
      examples: { all: {} },
    },
    compareSchemas: {
      role: 'ops:read',
      refusals: {
        'not-found': ['schema-not-found'],
        unavailable: ['registry-away'],
        precondition: ['registry-refused'],
      },
    },
    getOperation: {
      role: 'ops:read',
      refusals: { 'not-found': ['operation-not-found'] },
    },
    getOverview: { role: 'ops:read', examples: { now: {} } },
    watchOverview: { role: 'ops:read', refusals: slotRefusals },
    getOperator: { role: 'ops:read', examples: { caller: {} } },
  },
  { exhausted: ['search-too-long'] },
);
