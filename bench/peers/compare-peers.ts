import { measureRawDrain, measureRawLive, type RawDrain } from '../outbox/run-raw.ts';
import { measureCrash, type Crash } from './measure-crash.ts';
import { measureDrain, type Drain } from './measure-drain.ts';
import { measureLive, measureWriters, type Live } from './measure-live.ts';
import type { Options } from './options.ts';
import type { Peer } from './peer.ts';
import type { Station } from './station.ts';

export interface Result {
  peer: Peer;
  drains: Drain[];
  live?: Live;
  crash?: Crash;
  /** The reason why the remaining results are missing. */
  fault?: string;
}

export interface Raw {
  drains: RawDrain[];
  /** Milliseconds from each send to its acknowledgement. */
  latencies: number[];
  /** The CPU seconds for 100,000 events that Postgres spends on the writers of the live load, without any relay. */
  writersCpu: number;
}

export interface Comparison {
  results: Result[];
  raw: Raw;
}

export interface ComparingDeps {
  open: (peer: Peer) => Promise<Station>;
  /** Aborting it ends the comparison at the next measurement, and rejects. */
  signal: AbortSignal;
}

const rawPerSecond = 500;

/**
 * Measures each peer alone: live, with a kill -9, and for a slow peer the drain. Then the fast peers drain in turns,
 * so that a change in the machine's performance affects them all. A peer that fails is left out from then on.
 */
export const comparePeers = async (
  peers: readonly Peer[],
  options: Options,
  { open, signal }: ComparingDeps,
): Promise<Comparison> => {
  const unlessItFails = guardWith(signal);
  const results: Result[] = peers.map((peer) => ({ peer, drains: [] }));
  const raw: Raw = { drains: [], latencies: [], writersCpu: NaN };
  const fast: { result: Result; station: Station }[] = [];
  for (const result of results) {
    await unlessItFails(result, async () => {
      say(result.peer, 'starts');
      const station = await open(result.peer);
      await measureAlone(station, result, options);
      if (result.peer.load.drainRows === undefined) fast.push({ result, station });
      else await station.close();
    });
  }
  for (let round = 0; round < options.rounds; round += 1) {
    const [first] = fast;
    if (first) await measureRaw(first.station, raw, options);
    for (const { result, station } of fast) {
      if (result.fault !== undefined) continue;
      say(result.peer, `drain of ${options.rows}, round ${round + 1} of ${options.rounds}`);
      await unlessItFails(result, async () => {
        const isChecked = round === options.rounds - 1;
        result.drains.push(await measureDrain(station, { rows: options.rows, isChecked }));
      });
    }
  }
  return { results, raw };
};

const measureAlone = async (station: Station, result: Result, options: Options): Promise<void> => {
  const { peer, relay } = station;
  const { drainRows, crashRows, crashPerSecond: perSecond, livePerSecond } = peer.load;
  say(peer, `live, ${livePerSecond} events/s for ${options.seconds} s`);
  const { seconds } = options;
  result.live = await measureLive(station, { perSecond: livePerSecond, seconds });
  say(peer, 'kill -9 in the middle of a drain, and the check');
  const rows = Math.min(crashRows, options.rows);
  result.crash = await measureCrash(station, { rows, perSecond });
  if (drainRows !== undefined) {
    say(peer, `drain of ${drainRows}`);
    const plan = { rows: Math.min(drainRows, options.rows), isChecked: true };
    result.drains.push(await measureDrain(station, plan));
  }
  await relay.pause();
};

const measureRaw = async (station: Station, raw: Raw, options: Options): Promise<void> => {
  const { environment, peer } = station;
  console.log(`${elapsed()} raw producer: ${options.rows} messages`);
  raw.drains.push(await measureRawDrain(environment, options.rows));
  if (raw.latencies.length > 0) return;
  const { seconds } = options;
  raw.latencies.push(...(await measureRawLive(environment, rawPerSecond, seconds)));
  // Not for relays that read the WAL, because these rows would remain in it.
  if (peer.letter === 'a')
    raw.writersCpu = await measureWriters(station, { perSecond: rawPerSecond, seconds });
};

const guardWith =
  (signal: AbortSignal) =>
  async (result: Result, measure: () => Promise<void>): Promise<void> => {
    try {
      signal.throwIfAborted();
      await measure();
    } catch (error) {
      signal.throwIfAborted();
      result.fault = error instanceof Error ? error.message : String(error);
      say(result.peer, result.fault);
    }
  };

const say = ({ letter, name }: Peer, what: string) =>
  console.log(`${elapsed()} ${letter} ${name}: ${what}`);

const elapsed = () => `${Math.round(performance.now() / 1_000)} s`.padStart(5);
