// A load generator for AcceptOrder over gRPC, as a process of its own: node accept-load.ts PORT SECONDS IN_FLIGHT FIRST_ID.
// It speaks HTTP/2 itself, because a whole gRPC client would cost more than the service that it loads.
import { connect, type ClientHttp2Session } from 'node:http2';
import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { AcceptOrderRequestSchema } from '#gen/pvz/v1/pvz_pb.ts';

const [port = '', seconds = '', inFlight = '', firstId = ''] = process.argv.slice(2);
const expiresAt = timestampFromDate(new Date('2099-01-01T00:00:00Z'));
let nextId = BigInt(firstId);

const body = (): Buffer => {
  const order = { orderId: nextId, userId: nextId % 1_000n, expiresAt, package: 'bag' };
  nextId += 1n;
  const bytes = toBinary(
    AcceptOrderRequestSchema,
    create(AcceptOrderRequestSchema, {
      ...order,
      userId: order.userId + 1n,
      weight: 2.5,
      price: 100,
    }),
  );
  const framed = Buffer.alloc(5 + bytes.length);
  framed.writeUInt32BE(bytes.length, 1);
  framed.set(bytes, 5);
  return framed;
};

const headers = {
  ':method': 'POST',
  ':path': '/pvz.v1.PvzService/AcceptOrder',
  'content-type': 'application/grpc',
  te: 'trailers',
};

/** Resolves with the call's grpc-status. */
const accept = (session: ClientHttp2Session): Promise<string> =>
  new Promise((resolve, reject) => {
    const stream = session.request(headers);
    let status = 'none';
    const read = (from: Record<string, unknown>) => {
      const found = from['grpc-status'];
      if (typeof found === 'string') status = found;
    };
    stream.on('response', read).on('trailers', read).on('error', reject);
    stream.on('end', () => resolve(status)).resume();
    stream.end(body());
  });

const session = connect(`http://127.0.0.1:${port}`);
const endMs = performance.now() + Number(seconds) * 1_000;
let accepted = 0;
const work = async (): Promise<void> => {
  while (performance.now() < endMs) {
    const status = await accept(session);
    if (status !== '0') throw new Error(`AcceptOrder was answered with the status ${status}`);
    accepted += 1;
  }
};
const startMs = performance.now();
await Promise.all(Array.from({ length: Number(inFlight) }, work));
const perSecond = accepted / ((performance.now() - startMs) / 1_000);
session.close();
console.log(JSON.stringify({ accepted, perSecond }));
