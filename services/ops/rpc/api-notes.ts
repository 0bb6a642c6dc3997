import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { databaseRefusals } from '#platform/database/errors.ts';
import { apiNotes } from '#platform/serving/openapi/notes.ts';

// Three RPCs have no example: they name an event that has failed, or a consumer that has taken something in.
const [actor, source, key] = ['anna', 'loms', '1'];

/** Why each RPC refuses, and how it is called, for `/openapi.json`. */
export const opsNotes = apiNotes(OpsService, {
  refusals: { ...databaseRefusals, exhausted: ['search-too-long'] },
  methods: {
    getOutboxStatus: { refusals: { invalid: ['source-unknown'] }, examples: { loms: { source } } },
    showOrder: { refusals: { invalid: ['source-unknown'] }, examples: { first: { key } } },
    listBlocked: {
      refusals: { invalid: ['source-unknown', 'source-missing', 'page-token-wrong'] },
      examples: { loms: { source } },
    },
    getTimeline: { refusals: { invalid: ['source-unknown'] }, examples: { first: { key } } },
    redrive: {
      refusals: { invalid: ['source-unknown', 'source-missing', 'selection-missing'] },
      examples: { 'dry-run': { actor, source, key, dryRun: true } },
    },
    discard: {
      refusals: {
        invalid: [
          'source-unknown',
          'source-missing',
          'event-missing',
          'event-id-wrong',
          'event-ambiguous',
        ],
        'not-found': ['event-not-found'],
        precondition: ['event-not-failed'],
        conflict: ['event-changed'],
      },
    },
    replay: {
      refusals: {
        invalid: ['source-unknown', 'source-missing', 'selection-missing'],
        precondition: ['key-blocked'],
      },
      examples: { 'dry-run': { actor, source, key, dryRun: true } },
    },
    getInboxStatus: {},
    listDeadLetters: {
      refusals: { invalid: ['page-token-wrong'] },
      examples: { newest: { pageSize: 20 } },
    },
    redriveDeadLetters: {
      refusals: { invalid: ['consumer-missing', 'consumer-unknown', 'event-id-wrong'] },
    },
    discardDeadLetter: {
      refusals: {
        invalid: ['consumer-missing', 'consumer-unknown', 'event-id-wrong'],
        'not-found': ['dead-letter-not-found'],
        precondition: ['dead-letter-not-open'],
        conflict: ['dead-letter-changed'],
      },
    },
    listOperations: {
      refusals: { invalid: ['page-token-wrong'] },
      examples: { newest: { pageSize: 20 } },
    },
  },
});
