import type { DescMethod } from '@bufbuild/protobuf';
import { PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import type { RestOptions } from '#platform/serving/rest/options.ts';

/** How REST presents the RPCs of this service: its contract's bodies and words. */
export const pvzRest: RestOptions = {
  errorBody: 'nested',
  errorCodes: { 'invalid-request': 'VALIDATION_FAILED', internal: 'INTERNAL_ERROR' },
  statuses: new Map<DescMethod, 201>([[PvzService.method.acceptOrder, 201]]),
  enumWords: { '/': 'lower' },
};
