import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy between consumers and a broker on 127.0.0.1 that can keep offset commits from arriving. */
export interface CommitGate {
  readonly port: number;
  /** From now on offset commits are dropped and never answered; everything else passes. */
  hold(): void;
  /** Lets everything pass, and cuts the connections on which a commit was dropped. */
  pass(): void;
  /** How many commits have been dropped. */
  vanished(): number;
  close(): Promise<void>;
}

interface Link {
  client: Socket;
  server: Socket;
  isTorn: boolean;
}

const offsetCommit = 8;
const lengthBytes = 4;

export const startCommitGate = async (targetPort: number): Promise<CommitGate> => {
  const links = new Set<Link>();
  let isHolding = false;
  let vanished = 0;
  const cut = (link: Link) => {
    links.delete(link);
    link.client.destroy();
    link.server.destroy();
  };
  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const link: Link = { client, server, isTorn: false };
    links.add(link);
    for (const socket of [client, server])
      socket.on('error', () => undefined).on('close', () => cut(link));
    server.pipe(client);
    readRequests(client, (request) => {
      if (isHolding && request.readInt16BE(lengthBytes) === offsetCommit) {
        vanished += 1;
        link.isTorn = true;
      } else server.write(request);
    });
  });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (listener.address() as { port: number }).port,
    hold: () => void (isHolding = true),
    pass: () => {
      isHolding = false;
      for (const link of links) if (link.isTorn) cut(link);
    },
    vanished: () => vanished,
    close: async () => {
      const closed = once(listener, 'close');
      listener.close();
      for (const link of links) cut(link);
      await closed;
    },
  };
};

/**
 * Passes on each complete request, with the length in front of it; the two bytes after the length are the API key.
 */
const readRequests = (client: Socket, onRequest: (request: Buffer) => void): void => {
  let rest: Buffer = Buffer.alloc(0);
  client.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= lengthBytes) {
      const end = lengthBytes + rest.readInt32BE(0);
      if (rest.length < end) return;
      onRequest(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
};
