import { connect } from 'node:net';
import { frame, headerBlock, preface } from './h2-frames.ts';
import { waitFor } from './wait-for.ts';

/** What the server has sent on one stream. */
export interface HeardStream {
  data: Buffer;
  /** The error code of an RST_STREAM. */
  reset: number | undefined;
  isEnded: boolean;
}

/** A raw HTTP/2 connection, on which a test can send anything. */
export interface H2Connection {
  send(...frames: readonly Uint8Array[]): void;
  stream(id: number): HeardStream;
  /** The error code of a GOAWAY, or `closed`; undefined while the connection is open. */
  end(): number | string | undefined;
  close(): void;
}

interface Heard {
  /** Whether the flag END_STREAM or ACK is set. */
  isFlagged: boolean;
  id: number;
  payload: Buffer;
}

interface Ears {
  readonly write: (bytes: Buffer) => void;
  readonly settled: () => void;
  readonly ended: (code: number) => void;
}

/** How each type of frame is handled. */
const listenTo = (
  stream: (id: number) => HeardStream,
  { write, settled, ended }: Ears,
): Record<number, (heard: Heard) => void> => ({
  0: ({ id, isFlagged, payload }) => {
    const heard = stream(id);
    heard.data = Buffer.concat([heard.data, payload]);
    heard.isEnded ||= isFlagged;
  },
  1: ({ id, isFlagged }) => {
    stream(id).isEnded ||= isFlagged;
  },
  3: ({ id, payload }) => {
    stream(id).reset = payload.readUInt32BE(0);
  },
  4: ({ isFlagged }) => {
    if (isFlagged) settled();
    else write(frame(4, { flags: 1 }));
  },
  6: ({ isFlagged, payload }) => {
    if (!isFlagged) write(frame(6, { flags: 1, payload }));
  },
  7: ({ payload }) => ended(payload.readUInt32BE(4)),
});

/** Opens a connection that acknowledges settings and answers pings. */
export const openH2Connection = async (port: number): Promise<H2Connection> => {
  const socket = connect({ port, host: '127.0.0.1' });
  const streams = new Map<number, HeardStream>();
  let end: number | string | undefined;
  let isSettled = false;
  let rest = Buffer.alloc(0);
  const stream = (id: number): HeardStream => {
    const known = streams.get(id);
    if (known !== undefined) return known;
    const fresh = { data: Buffer.alloc(0), reset: undefined, isEnded: false };
    streams.set(id, fresh);
    return fresh;
  };
  const hearOf = listenTo(stream, {
    write: (bytes) => void socket.write(bytes),
    settled: () => (isSettled = true),
    ended: (code) => (end ??= code),
  });
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const size = 9 + rest.readUIntBE(0, 3);
      hearOf[rest.readUInt8(3)]?.({
        isFlagged: (rest.readUInt8(4) & 1) === 1,
        id: rest.readUInt32BE(5) & 0x7fff_ffff,
        payload: rest.subarray(9, size),
      });
      rest = rest.subarray(size);
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => (end ??= 'closed'));
  socket.write(preface);
  await waitFor(() => isSettled || end !== undefined, { what: 'settings of the server' });
  return {
    send: (...frames) => void socket.write(Buffer.concat(frames)),
    stream,
    end: () => end,
    close: () => socket.destroy(),
  };
};

type Header = readonly [name: string, value: string];

/** Encodes the headers of a gRPC call, followed by additional ones. */
export const callHeaders = (path: string, more: readonly Header[] = []): Buffer =>
  headerBlock([
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'a'],
    ['te', 'trailers'],
    ['content-type', 'application/grpc'],
    ...more,
  ]);

/** A HEADERS frame, and CONTINUATION frames when the header block does not fit into one frame. */
export const headersFrames = (stream: number, block: Buffer, flags = 0): Buffer => {
  const pieces: Buffer[] = [];
  for (let at = 0; at < block.length; at += 16_384) {
    const isLast = at + 16_384 >= block.length;
    const payload = block.subarray(at, at + 16_384);
    pieces.push(
      frame(at === 0 ? 1 : 9, {
        flags: (at === 0 ? flags : 0) | (isLast ? 4 : 0),
        stream,
        payload,
      }),
    );
  }
  return Buffer.concat(pieces);
};

/** A DATA frame with a gRPC message, which ends the request. */
export const messageFrame = (stream: number, message: Uint8Array, flags = 1): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return frame(0, { flags, stream, payload: Buffer.concat([head, message]) });
};
