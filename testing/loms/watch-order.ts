import { LomsService, type WatchOrderResponse } from '#gen/loms/v1/loms_pb.ts';
import type { Outcome } from '../rpc-clients.ts';
import { createGrpcStreams, createHttpStreams } from '../rpc-streams.ts';
import { readEvents } from './event-source.ts';
import type { Protocol, RunningLoms } from './start-loms.ts';

/** A change as every protocol sends it. */
export interface Told {
  order_id: number;
  sequence: number;
  status: string;
  previous_status?: string;
  reason?: string;
}

export interface OrderWatch {
  /** The changes received so far. */
  told(): Told[];
  readonly end: Promise<Outcome>;
  cancel(): void;
}

interface WatchFrom {
  orderId: bigint;
  afterSequence?: bigint;
}

/** Watches an order over one of the protocols of loms. */
export const watchOrder = (
  { grpcPort, httpPort, url }: Pick<RunningLoms, 'grpcPort' | 'httpPort' | 'url'>,
  protocol: Protocol,
  from: WatchFrom,
): OrderWatch => {
  if (protocol === 'rest') {
    const query = new URLSearchParams({ order_id: from.orderId.toString() });
    if (from.afterSequence !== undefined) query.set('after_sequence', `${from.afterSequence}`);
    const reader = readEvents(`${url}/order/watch?${query.toString()}`);
    const told = () => reader.events.map(({ data }) => withoutMoment(JSON.parse(data) as Told));
    return { ...reader, told };
  }
  const read =
    protocol === 'grpc' ? createGrpcStreams(grpcPort) : createHttpStreams(protocol, httpPort);
  const reader = read(LomsService.method.watchOrder, from);
  const told = () => reader.answers.map((one) => toTold(one as WatchOrderResponse));
  return { ...reader, told };
};

const toTold = (answer: WatchOrderResponse): Told => ({
  order_id: Number(answer.orderId),
  sequence: Number(answer.sequence),
  status: answer.status,
  ...(answer.previousStatus !== undefined && { previous_status: answer.previousStatus }),
  ...(answer.reason !== undefined && { reason: answer.reason }),
});

const withoutMoment = ({ moment, ...told }: Told & { moment?: string }): Told => {
  if (moment === undefined || Number.isNaN(Date.parse(moment))) throw new Error('no moment');
  return told;
};
