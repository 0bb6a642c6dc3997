import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { databaseRefusals } from '#platform/database/errors.ts';
import { apiNotes } from '#platform/openapi/notes.ts';

/** Why each RPC refuses, for `/openapi.json`. */
export const opsNotes = apiNotes(OpsService, {
  refusals: { ...databaseRefusals, exhausted: ['search-too-long'] },
  methods: {
    getOutboxStatus: { refusals: { invalid: ['source-unknown'] } },
    showOrder: { refusals: { invalid: ['source-unknown'] } },
    listBlocked: {
      refusals: { invalid: ['source-unknown', 'source-missing', 'page-token-wrong'] },
    },
    getTimeline: { refusals: { invalid: ['source-unknown'] } },
    redrive: {
      refusals: { invalid: ['source-unknown', 'source-missing', 'selection-missing'] },
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
    },
    getInboxStatus: {},
    listDeadLetters: { refusals: { invalid: ['page-token-wrong'] } },
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
    listOperations: { refusals: { invalid: ['page-token-wrong'] } },
  },
});
