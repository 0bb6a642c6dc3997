import type { DescMethod } from '@bufbuild/protobuf';
import { BookingService } from '#gen/booking/v1/booking_pb.ts';
import { plainRest, type RestOptions } from '#platform/serving/rest/options.ts';

const { createOrder, refundOrder } = BookingService.method;

/** How REST presents the RPCs of this service. */
export const bookingRest: RestOptions = {
  ...plainRest,
  statuses: new Map<DescMethod, 201 | 202>([
    [createOrder, 201],
    [refundOrder, 202],
  ]),
};
