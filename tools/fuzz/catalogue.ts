import type { Attack } from './attack.ts';
import { connectBodies } from './attacks/connect.ts';
import { grpcCalls } from './attacks/grpc.ts';
import { h2Floods, h2Frames } from './attacks/h2-raw.ts';
import { h2Sessions } from './attacks/h2-sessions.ts';
import { rawBytes, rawHttp } from './attacks/http-raw.ts';
import { keys } from './attacks/keys.ts';
import { restBodies, restPaths } from './attacks/rest.ts';
import { watches } from './attacks/watches.ts';

/** Every attack, in the order of a round. */
export const attacks: readonly Attack[] = [
  restBodies,
  restPaths,
  connectBodies,
  rawHttp,
  rawBytes,
  grpcCalls,
  h2Frames,
  h2Floods,
  h2Sessions,
  watches,
  keys,
];
