import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { relay, type Way } from './relay.ts';

/**
 * `pass`: the proxy changes nothing. `drop`: it accepts every byte and forwards nothing, not even that a side has
 * closed. `half-open`: answers are dropped, while what the client sends still arrives. `reset`: every connection is
 * reset, including new ones. `delay`: answers take 300 ms longer.
 */
export type ProxyMode = 'pass' | 'drop' | 'half-open' | 'reset' | 'delay';

/** A proxy in front of a server on 127.0.0.1 that can break the connections through it. */
export interface Proxy {
  readonly port: number;
  set(mode: ProxyMode): void;
  /** Connects new connections to another server, as after a DNS change, and resets the open ones. */
  retarget(port: number): void;
  close(): Promise<void>;
}

interface Link {
  client: Socket;
  server: Socket;
  /** Bytes were dropped, so this connection must never be forwarded again. */
  isTorn: boolean;
}

const delayMs = 300;

export const startProxy = async (targetPort: number): Promise<Proxy> => {
  const links = new Set<Link>();
  let mode: ProxyMode = 'pass';
  let target = targetPort;
  const cut = (link: Link) => {
    links.delete(link);
    link.client.resetAndDestroy();
    link.server.resetAndDestroy();
  };
  const isDead = (way: Way) => mode === 'drop' || (mode === 'half-open' && way === 'back');

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (mode === 'reset') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    server.setNoDelay(true);
    const link: Link = { client, server, isTorn: false };
    links.add(link);
    relay({
      client,
      server,
      swallows: (way) => {
        const isSwallowed = isDead(way);
        link.isTorn ||= isSwallowed;
        return isSwallowed;
      },
      delayMs: (way) => (mode === 'delay' && way === 'back' ? delayMs : 0),
      onBroken: () => {
        if (!isDead('back')) cut(link);
      },
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as { port: number }).port,
    set: (next) => {
      mode = next;
      for (const link of links) if (mode === 'reset' || (mode === 'pass' && link.isTorn)) cut(link);
    },
    retarget: (port) => {
      target = port;
      for (const link of links) cut(link);
    },
    close: async () => {
      const closed = once(listener, 'close');
      listener.close();
      for (const link of links) cut(link);
      await closed;
    },
  };
};
