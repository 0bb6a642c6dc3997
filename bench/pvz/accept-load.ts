// A load generator for AcceptOrder over gRPC, as a process of its own: node accept-load.ts PORT SECONDS IN_FLIGHT FIRST_ID.
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import { openCaller } from '../grpc-caller.ts';

const [port = '', seconds = '', inFlight = '', firstId = ''] = process.argv.slice(2);
const parcel = {
  expiresAt: timestampFromDate(new Date('2099-01-01T00:00:00Z')),
  package: 'bag',
  weight: 2.5,
  price: 100,
};
const caller = openCaller(Number(port));
const endMs = performance.now() + Number(seconds) * 1_000;
let nextId = BigInt(firstId);
let accepted = 0;

const work = async (): Promise<void> => {
  while (performance.now() < endMs) {
    const orderId = nextId;
    nextId += 1n;
    const order = { ...parcel, orderId, userId: (orderId % 1_000n) + 1n };
    await caller.call(PvzService.method.acceptOrder, order);
    accepted += 1;
  }
};
const startMs = performance.now();
await Promise.all(Array.from({ length: Number(inFlight) }, work));
const perSecond = accepted / ((performance.now() - startMs) / 1_000);
caller.close();
console.log(JSON.stringify({ accepted, perSecond }));
