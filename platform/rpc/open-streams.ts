import type { StreamCall } from './stream.ts';

/** The streams that a door has under way. */
export interface OpenStreams {
  add(stream: StreamCall<unknown>): void;
  delete(stream: StreamCall<unknown>): void;
  /** Stops them all, and those that still come: the server is closing. */
  stop(): void;
}

export const createOpenStreams = (): OpenStreams => {
  const streams = new Set<StreamCall<unknown>>();
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
