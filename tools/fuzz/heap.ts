interface Reply {
  id?: number;
  result?: { usedSize?: number; backingStorageSize?: number };
}

/**
 * Measures the bytes of live objects and buffers after a full collection, in a process that runs with `--inspect`;
 * `url` is the one that it prints when it starts. The inspector is disconnected afterwards, because a process does
 * not exit while one is connected.
 */
export const measureHeap = async (url: string): Promise<number> => {
  const socket = new WebSocket(url);
  const gone = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new Error(`${url} does not answer`));
    socket.addEventListener('error', fail);
    socket.addEventListener('close', fail);
  });
  gone.catch(() => undefined);
  const hear = <T>(event: 'open' | 'message', fits: (data: unknown) => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      socket.addEventListener(event, (heard) => {
        const found = fits('data' in heard ? heard.data : undefined);
        if (found !== undefined) resolve(found);
      });
    });
  const ask = async (id: number, method: string): Promise<Reply> => {
    const reply = hear('message', (data) => {
      const parsed = JSON.parse(String(data)) as Reply;
      return parsed.id === id ? parsed : undefined;
    });
    socket.send(JSON.stringify({ id, method }));
    return Promise.race([reply, gone]);
  };
  await Promise.race([hear('open', () => true), gone]);
  try {
    // the second collection frees what the first one has finalised
    await ask(1, 'HeapProfiler.collectGarbage');
    await ask(2, 'HeapProfiler.collectGarbage');
    const { result } = await ask(3, 'Runtime.getHeapUsage');
    return (result?.usedSize ?? NaN) + (result?.backingStorageSize ?? 0);
  } finally {
    socket.close();
  }
};
