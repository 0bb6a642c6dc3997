import type { DescMethod } from '@bufbuild/protobuf';
import { OrderService } from '#gen/order/v1/order_pb.ts';
import { plainRest, type RestOptions } from '#platform/serving/rest/options.ts';

const { createOrder, cancelOrder } = OrderService.method;

/** How REST presents the RPCs of this service. */
export const orderRest: RestOptions = {
  ...plainRest,
  statuses: new Map<DescMethod, 201 | 204>([
    [createOrder, 201],
    [cancelOrder, 204],
  ]),
  enumWords: { '/': 'short', '/orders': 'lower' },
};
