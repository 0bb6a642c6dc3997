// The reference: grpc-js as its users set it up, with the same messages read and written by the same library, and
// nothing else. Environment: GRPC_PORT.
import { fromBinary, toBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { Server, ServerCredentials, type handleUnaryCall } from '@grpc/grpc-js';
import { LomsService, type StocksInfoRequest } from '#gen/loms/v1/loms_pb.ts';
import { stocksInfoAnswer } from '../stocks-info.ts';

const { input, output } = LomsService.method.stocksInfo;

const serialize =
  <M extends DescMessage>(schema: M) =>
  (message: MessageShape<M>) =>
    Buffer.from(toBinary(schema, message));
const deserialize =
  <M extends DescMessage>(schema: M) =>
  (bytes: Buffer) =>
    fromBinary(schema, bytes);

const stocksInfo: handleUnaryCall<StocksInfoRequest, typeof stocksInfoAnswer> = (_, callback) =>
  callback(null, stocksInfoAnswer);

const server = new Server();
server.addService(
  {
    StocksInfo: {
      path: `/${LomsService.typeName}/StocksInfo`,
      requestStream: false,
      responseStream: false,
      requestSerialize: serialize(input),
      requestDeserialize: deserialize(input),
      responseSerialize: serialize(output),
      responseDeserialize: deserialize(output),
    },
  },
  { StocksInfo: stocksInfo },
);
const address = `127.0.0.1:${process.env['GRPC_PORT'] ?? '0'}`;
server.bindAsync(address, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  console.log('open');
});
