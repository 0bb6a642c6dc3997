// The reference: connect-node as its users set it up, on HTTP/1.1, and nothing else. Environment: HTTP_PORT.
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createServer } from 'node:http';
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { stocksInfoAnswer } from '../stocks-info.ts';

const handler = connectNodeAdapter({
  routes: (router) => router.rpc(LomsService.method.stocksInfo, () => stocksInfoAnswer),
});
const port = Number(process.env['HTTP_PORT'] ?? 0);
createServer(handler).listen(port, '127.0.0.1', () => console.log('open'));
