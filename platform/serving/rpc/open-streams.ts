import type { StreamCall } from './stream.ts';

export type StoppableStream = Pick<StreamCall<unknown>, 'stop'>;

/** The streams that a server has in progress. */
export interface OpenStreams {
  add(stream: StoppableStream): void;
  delete(stream: StoppableStream): void;
  /** Stops them all, and those that still come, because the server is closing. */
  stop(): void;
}

export const createOpenStreams = (): OpenStreams => {
  const streams = new Set<StoppableStream>();
  let isStopping = false;
  return {
    add: (stream) => {
      streams.add(stream);
      if (isStopping) stream.stop();
    },
    delete: (stream) => void streams.delete(stream),
    stop: () => {
      isStopping = true;
      for (const stream of streams) stream.stop();
    },
  };
};
