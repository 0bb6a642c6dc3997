/** Preloaded into a process by fake-clock.ts: shifts its `Date` ahead of, or behind, the machine's clock. */
import { readFileSync } from 'node:fs';

const { CLOCK_AHEAD_MS: given, CLOCK_AHEAD_FILE: file } = process.env;
const readEveryMs = 200;

let aheadMs = 0;
const read = (): void => {
  aheadMs = Number(file === undefined ? given : readFileSync(file, 'utf8'));
};
read();
if (file !== undefined) setInterval(read, readEveryMs).unref();

const real = Date;
const now = (): number => real.now() + aheadMs;

globalThis.Date = new Proxy(real, {
  apply: () => String(new real(now())),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  get: (target, name, receiver) =>
    name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown),
});
