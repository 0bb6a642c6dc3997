import { timerMs } from '../../base/timer-ms.ts';
import type { Caller } from '../../base/tokens.ts';
import type { Span } from '../../base/tracing/span.ts';
import { parseTraceparent } from '../../base/trace-context.ts';
import { armAfterMs, armLater, armNever, type Expiring } from './deadline-timer.ts';
import { cancelledFault, deadlineFault, type RpcFault } from './errors.ts';

/**
 * What an implementation may know about its call. Values are computed on demand, so what is not used costs
 * nothing.
 */
export interface RpcContext {
  /** Aborts when the deadline has passed or the client has gone. */
  readonly signal: AbortSignal;
  /** The W3C traceparent of the call's span or else, when it has none, of the caller; malformed ones are ignored. */
  readonly traceparent: string | undefined;
  readonly traceId: string | undefined;
  /** The caller, by the token of the call; undefined where no tokens are required. */
  readonly caller: string | undefined;
  /** Whether the caller has this role; everybody has every role where no tokens are required. */
  hasRole(role: string): boolean;
  /** Returns a request header by its lower-case name; repeated ones are joined with commas. */
  header(name: string): string | undefined;
  /** Whether a request header was sent more than once. */
  isRepeated(name: string): boolean;
  /**
   * Sets a header of the answer, or of the refusal that comes instead; over gRPC it is initial metadata. To be
   * called before the first answer of a stream: later it does nothing. An event stream of REST begins after a
   * second without an event. Throws for names that are not `x-` and lower case, and for values that are not
   * printable ASCII.
   */
  setAnswerHeader(name: string, value: string): void;
}

/** What a server knows of a call that has arrived. */
export interface CallSource {
  header(name: string): string | undefined;
  isRepeated(name: string): boolean;
  /** Called at most once, before anything else of the answer is sent, and only when there are headers. */
  setAnswerHeaders(headers: Map<string, string>): void;
  /** Time left for the answer; Infinity for none. */
  timeoutMs: number;
  /**
   * Calls `cancel` when the client goes, or has gone. Called once, when somebody needs to know or the call
   * takes long. A server without it calls `cancel` by itself.
   */
  whenGone?(cancel: () => void): void;
}

/** A call in progress. It ends once: by `end` or by `abort`, whichever comes first. */
export interface OpenCall {
  readonly startedAtMs: number;
  readonly context: RpcContext;
  /** Set when the call is traced. */
  span: Span | undefined;
  /** Called once the call is known to be allowed. */
  allow(caller: Caller): void;
  isOpen(): boolean;
  /** Called before the first part of an answer is sent while the call goes on; again, it does nothing. */
  begin(): void;
  /** Returns false when the call has already ended. */
  end(): boolean;
  abort(fault: RpcFault): void;
  /** Called by the server when nobody waits any more: the client has gone, or its deadline has passed. */
  readonly cancel: () => void;
}

type OnAbort = (fault: RpcFault, call: OpenCall) => void;

/**
 * Opens a call; `onAbort` is called at most once. The timer of the deadline is cleared when the call ends.
 */
export const openCall = (source: CallSource, domain: string, onAbort: OnAbort): OpenCall =>
  new Call(source, domain, onAbort);

// Transports have timers of their own for the same deadline, which may fire slightly earlier.
const clockSlackMs = 5;

// No header by which a protocol understands a message is called so; gRPC reads values of -bin as base64.
const answerHeaderName = /^x-[a-z0-9-]*[a-z0-9](?<!-bin)$/;
const answerHeaderValue = /^[!-~]([ -~]*[!-~])?$/;

// A class that is its own context, because every call pays for it, and a dozen closures would cost twice as
// much.
class Call implements OpenCall, RpcContext, Expiring {
  readonly startedAtMs = performance.now();
  span: Span | undefined;
  #caller: Caller | undefined;
  readonly #source: CallSource;
  readonly #domain: string;
  readonly #onAbort: OnAbort;
  #controller: AbortController | undefined;
  #abortedBy: RpcFault | undefined;
  #isOpen = true;
  #answerHeaders: Map<string, string> | undefined;
  #hasBegun = false;
  #isNoticing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: CallSource, domain: string, onAbort: OnAbort) {
    this.#source = source;
    this.#domain = domain;
    this.#onAbort = onAbort;
    const { timeoutMs } = source;
    if (timeoutMs <= 0) this.#expire();
    else if (timeoutMs < armAfterMs) this.arm();
    else if (timeoutMs !== Infinity) armLater(this);
  }

  get context(): RpcContext {
    return this;
  }

  allow(caller: Caller): void {
    this.#caller = caller;
  }

  get caller(): string | undefined {
    return this.#caller?.subject;
  }

  hasRole(role: string): boolean {
    return this.#caller === undefined || this.#caller.roles.has(role);
  }

  isOpen(): boolean {
    return this.#isOpen;
  }

  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    if (this.#answerHeaders !== undefined) this.#source.setAnswerHeaders(this.#answerHeaders);
  }

  end(): boolean {
    if (!this.#isOpen) return false;
    this.#isOpen = false;
    this.begin();
    if (this.#timer === undefined) armNever(this);
    else clearTimeout(this.#timer);
    return true;
  }

  arm(): void {
    this.#noticeDeparture();
    const leftMs = this.startedAtMs + this.#source.timeoutMs - performance.now();
    // Node truncates a delay to whole milliseconds: without rounding up, a deadline would fire early.
    this.#timer = setTimeout(() => this.#expire(), Math.ceil(timerMs(Math.max(0, leftMs))));
  }

  #noticeDeparture(): void {
    if (this.#isNoticing) return;
    this.#isNoticing = true;
    this.#source.whenGone?.(this.cancel);
  }

  abort(fault: RpcFault): void {
    if (!this.end()) return;
    this.#abortedBy = fault;
    this.#controller?.abort(fault);
    this.#onAbort(fault, this);
  }

  readonly cancel = (): void => {
    // Transports cancel every call at its end: making an error that nobody needs is expensive.
    if (!this.#isOpen) return;
    const isLate = performance.now() - this.startedAtMs > this.#source.timeoutMs - clockSlackMs;
    if (isLate) this.#expire();
    else this.abort(cancelledFault(this.#domain));
  };

  #expire(): void {
    this.abort(deadlineFault(this.#domain));
  }

  get signal(): AbortSignal {
    this.#noticeDeparture();
    this.#controller ??= new AbortController();
    if (this.#abortedBy !== undefined) this.#controller.abort(this.#abortedBy);
    return this.#controller.signal;
  }

  header(name: string): string | undefined {
    return this.#source.header(name);
  }

  isRepeated(name: string): boolean {
    return this.#source.isRepeated(name);
  }

  setAnswerHeader(name: string, value: string): void {
    if (!answerHeaderName.test(name) || !answerHeaderValue.test(value))
      throw new Error(`an answer cannot have the header ${JSON.stringify({ [name]: value })}`);
    if (this.#hasBegun) return;
    this.#answerHeaders ??= new Map();
    this.#answerHeaders.set(name, value);
  }

  get traceparent(): string | undefined {
    if (this.span !== undefined) return this.span.traceparent;
    const text = this.header('traceparent');
    return text === undefined ? undefined : parseTraceparent(text) && text;
  }

  get traceId(): string | undefined {
    return this.traceparent?.slice(3, 35);
  }
}
