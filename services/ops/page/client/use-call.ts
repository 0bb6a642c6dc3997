import { useEffect, useState } from 'preact/hooks';
import { call, wordsOf } from './call.ts';
import type { Answer, Request, Rpc, StreamRpc, UnaryRpc } from './wire.ts';
import { watch } from './watch.ts';

/** What is known of an answer: nothing at first, then the answer or the words of the failure. */
export interface Known<Name extends Rpc> {
  answer?: Answer<Name>;
  failure?: string;
}

/** Calls an RPC when the view appears, and again when the request or `version` has changed. */
export const useCall = <Name extends UnaryRpc>(
  rpc: Name,
  request: Request<Name>,
  version: unknown = 0,
): Known<Name> => {
  const [known, setKnown] = useState<Known<Name>>({});
  useEffect(() => {
    const left = new AbortController();
    call(rpc, request, left.signal).then(
      (answer) => setKnown({ answer }),
      (error: unknown) => {
        if (!left.signal.aborted) setKnown((before) => ({ ...before, failure: wordsOf(error) }));
      },
    );
    return () => left.abort();
  }, [rpc, JSON.stringify(request), version]);
  return known;
};

/** Follows an RPC while the view is shown; the newest message is the answer. */
export const useWatch = <Name extends StreamRpc>(
  rpc: Name,
  request: Request<Name>,
): Known<Name> => {
  const [known, setKnown] = useState<Known<Name>>({});
  useEffect(() => {
    setKnown({});
    return watch(rpc, request, {
      onMessage: (answer) => setKnown({ answer }),
      onRefused: ({ message }) => setKnown((before) => ({ ...before, failure: message })),
    });
  }, [rpc, JSON.stringify(request)]);
  return known;
};
