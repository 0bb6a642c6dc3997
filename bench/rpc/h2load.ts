import { runTied } from '../../deploy/local/run-tied.ts';

export interface Load {
  h2load: string;
  url: string;
  /** `connect` means Connect with binary messages over HTTP/1.1, one call at a time on a connection. */
  protocol: 'grpc' | 'connect';
  /** The path of the file with the request; for gRPC it begins with the five-byte message header. */
  body: string;
  connections: number;
  /** The number of concurrent calls on a connection; gRPC only. */
  streams: number;
  /** The number of calls, or the number of seconds after a one-second warm-up. */
  amount: { requests: number } | { seconds: number };
  /** Calls a second on each connection, sent when they are due. Default: as fast as answers come. */
  perSecond?: number;
  /** The file that gets a line for each call: start in µs, HTTP status, µs to the end of the answer. */
  logFile?: string;
}

export interface Loaded {
  requests: number;
  perSecond: number;
  /** The total size of all answers' bodies, in bytes. */
  bodyBytes: number;
}

const headers = {
  grpc: ['content-type: application/grpc', 'te: trailers'],
  connect: ['content-type: application/proto', 'connect-protocol-version: 1'],
};

/** Runs h2load, which is written in C. Throws when a call failed or had a status other than 200. */
export const runH2load = async (load: Load): Promise<Loaded> => {
  const { amount, protocol, perSecond, logFile } = load;
  const output = await runTied(load.h2load, [
    ...(protocol === 'connect' ? ['--h1'] : ['-m', String(load.streams)]),
    ...['-c', String(load.connections), '-d', load.body],
    ...('requests' in amount
      ? ['-n', String(amount.requests)]
      : ['-D', String(amount.seconds), '--warm-up-time', '1']),
    ...(perSecond === undefined ? [] : ['--rps', perSecond.toFixed(3)]),
    ...(logFile === undefined ? [] : ['--log-file', logFile]),
    ...headers[protocol].flatMap((header) => ['-H', header]),
    load.url,
  ]);
  return readOutput(output);
};

const readOutput = (output: string): Loaded => {
  const numbers = (pattern: RegExp): number[] => {
    const found = pattern.exec(output);
    if (found === null) throw new Error(`h2load said something else:\n${output}`);
    return found.slice(1).map(Number);
  };
  const [perSecond = NaN] = numbers(/finished in \S+, ([\d.]+) req\/s/);
  const [requests = NaN, failed, errored, late] = numbers(
    /(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout/,
  );
  const others = numbers(/status codes: \d+ 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/);
  const [bodyBytes = NaN] = numbers(/\((\d+)\) data/);
  if ([failed, errored, late, ...others].some((count) => count !== 0) || requests === 0)
    throw new Error(`calls failed:\n${output}`);
  return { requests, perSecond, bodyBytes };
};
