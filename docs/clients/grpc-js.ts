// A grpc-js client that loads the .proto files when it starts: nothing is generated.
import { credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';

const folder = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

interface Order {
  status: string;
  user_id: string;
  items: { sku: string; count: number }[];
}

type Unary<In, Out> = (
  request: In,
  options: { deadline: number },
  answered: (error: ServiceError | null, answer?: Out) => void,
) => void;

interface Loms {
  OrderCreate: Unary<{ user_id: number; items: unknown[] }, { order_id: string }>;
  OrderInfo: Unary<{ order_id: string }, Order>;
  close(): void;
}

const definition = loadSync('loms/v1/loms.proto', {
  includeDirs: [folder('proto'), folder('proto/third_party')],
  keepCase: true,
  // 64-bit integers do not fit into a number of JavaScript
  longs: String,
});
const { loms } = loadPackageDefinition(definition) as unknown as {
  loms: { v1: { LomsService: new (address: string, how: unknown) => Loms } };
};

const [address = '127.0.0.1:8083'] = process.argv.slice(2);
const client = new loms.v1.LomsService(address, credentials.createInsecure());

const ask = <In, Out>(method: Unary<In, Out>, request: In): Promise<Out> =>
  new Promise((resolve, reject) => {
    method.call(client, request, { deadline: Date.now() + 5_000 }, (error, answer) => {
      if (error === null) resolve(answer as Out);
      else reject(error);
    });
  });

const items = [{ sku: 1148162, count: 2 }];
const { order_id } = await ask(client.OrderCreate, { user_id: 6, items });
const { status } = await ask(client.OrderInfo, { order_id });
console.log(`order ${order_id} is ${status}`);
client.close();
