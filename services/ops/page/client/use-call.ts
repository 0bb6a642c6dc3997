import { useEffect, useRef, useState } from 'preact/hooks';
import { call, wordsOf } from './call.ts';
import type { Answer, Request, Rpc, StreamRpc, UnaryRpc } from './wire.ts';
import { watch } from './watch.ts';

/** What is known of an answer: nothing at first, then the answer or the words of the failure. */
export interface Known<Name extends Rpc> {
  answer?: Answer<Name>;
  failure?: string;
}

/**
 * Calls an RPC when the view appears, and again when the request or `version` has changed. Another version does not
 * give up a call that is under way: a slow answer would never come.
 */
export const useCall = <Name extends UnaryRpc>(
  rpc: Name,
  request: Request<Name>,
  version: unknown = 0,
): Known<Name> => {
  const [known, setKnown] = useState<Known<Name>>({});
  const asked = `${rpc} ${JSON.stringify(request)}`;
  const underWay = useRef<{ asked: string; left: AbortController }>(undefined);
  useEffect(() => {
    if (underWay.current?.asked === asked) return;
    underWay.current?.left.abort();
    const mine = { asked, left: new AbortController() };
    underWay.current = mine;
    const end = (change: (before: Known<Name>) => Known<Name>) => {
      if (underWay.current !== mine) return;
      underWay.current = undefined;
      setKnown(change);
    };
    call(rpc, request, mine.left.signal).then(
      (answer) => end(() => ({ answer })),
      (error: unknown) => end((before) => ({ ...before, failure: wordsOf(error) })),
    );
  }, [asked, version]);
  useEffect(
    () => () => {
      underWay.current?.left.abort();
      underWay.current = undefined;
    },
    [],
  );
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
