import { parseTraceparent } from '../trace-context.ts';
import { cancelledFault, deadlineFault, type RpcFault } from './errors.ts';

/** What an implementation may know about its call. Small and lazy: what is not asked for costs nothing. */
export interface RpcContext {
  /** Aborts when the deadline has passed or the client has gone. */
  readonly signal: AbortSignal;
  /** The caller's W3C traceparent; undefined when absent or malformed. */
  readonly traceparent: string | undefined;
  readonly traceId: string | undefined;
  /** A request header by its lower-case name. */
  header(name: string): string | undefined;
}

/** What a door tells about a call that has arrived. */
export interface CallSource {
  header(name: string): string | undefined;
  /** Time left for the answer; Infinity for none. */
  timeoutMs: number;
}

/** A call under way. It ends once: by `end` or by `abort`, whichever comes first. */
export interface OpenCall {
  readonly context: RpcContext;
  readonly isOpen: () => boolean;
  /** False when the call has already ended. */
  readonly end: () => boolean;
  readonly abort: (fault: RpcFault) => void;
  /** The door says that nobody waits any more: the client has gone, or its deadline has passed. */
  readonly cancel: () => void;
}

// Transports run timers of their own for the same deadline, which may fire a little earlier.
const clockSlackMs = 5;

/** Opens a call; `onAbort` is told at most once. The deadline's timer is cleared when the call ends. */
export const openCall = (
  source: CallSource,
  domain: string,
  onAbort: (fault: RpcFault) => void,
): OpenCall => {
  const startedAtMs = performance.now();
  let controller: AbortController | undefined;
  let abortedBy: RpcFault | undefined;
  let isOpen = true;
  let timer: NodeJS.Timeout | undefined;

  const end = () => {
    if (!isOpen) return false;
    isOpen = false;
    clearTimeout(timer);
    return true;
  };
  const abort = (fault: RpcFault) => {
    if (!end()) return;
    abortedBy = fault;
    controller?.abort(fault);
    onAbort(fault);
  };
  const signal = () => {
    controller ??= new AbortController();
    if (abortedBy !== undefined) controller.abort(abortedBy);
    return controller.signal;
  };

  const cancel = () => {
    // Every call is cancelled at its end by its transport: making a fault for nothing is dear.
    if (!isOpen) return;
    const isLate = performance.now() - startedAtMs > source.timeoutMs - clockSlackMs;
    abort(isLate ? deadlineFault(domain) : cancelledFault(domain));
  };

  if (source.timeoutMs <= 0) abort(deadlineFault(domain));
  else if (source.timeoutMs !== Infinity)
    timer = setTimeout(() => abort(deadlineFault(domain)), source.timeoutMs);
  return { context: createContext(source, signal), isOpen: () => isOpen, end, abort, cancel };
};

const createContext = (source: CallSource, signal: () => AbortSignal): RpcContext => {
  const trace = () => {
    const text = source.header('traceparent');
    return text === undefined ? undefined : parseTraceparent(text) && text;
  };
  return {
    header: (name) => source.header(name),
    get signal() {
      return signal();
    },
    get traceparent() {
      return trace();
    },
    get traceId() {
      return trace()?.slice(3, 35);
    },
  };
};
