import { sleep } from '#platform/base/sleep.ts';
import type { Contender, Cpu } from './contender.ts';

export interface Turns {
  rounds: number;
  perSecond: number;
  /** How long one turn takes. */
  seconds: number;
  /** How long a contender is watched after its turn, because spans are sent with a delay; shorter than a turn. */
  tailMs: number;
}

/**
 * Places orders with each contender once a round, each round beginning with another one. Resolves with the CPU
 * milliseconds for one order, round by round. A turn begins while the contender before is still watched.
 */
export const takeTurns = async <Name extends string>(
  contenders: ReadonlyMap<Name, Contender>,
  { rounds, perSecond, seconds, tailMs }: Turns,
): Promise<ReadonlyMap<Name, Cpu[]>> => {
  const all = [...contenders];
  const found = new Map(all.map(([name]): [Name, Cpu[]] => [name, []]));
  const watch = async (name: Name, contender: Contender, before: Cpu) => {
    await sleep(tailMs);
    const after = await contender.cpu();
    const ofOrder = (of: keyof Cpu) => ((after[of] - before[of]) * 1_000) / (perSecond * seconds);
    const cpu = { loms: ofOrder('loms'), publisher: ofOrder('publisher') };
    found.get(name)?.push(cpu);
    console.log(`  ${name}: loms ${cpu.loms.toFixed(3)}, publisher ${cpu.publisher.toFixed(3)}`);
  };
  let watching: Promise<void> | undefined;
  for (let round = 0; round < rounds; round += 1) {
    console.log(`round ${round + 1} of ${rounds}, CPU ms for an order`);
    const first = round % all.length;
    for (const [name, contender] of [...all.slice(first), ...all.slice(0, first)]) {
      const before = await contender.cpu();
      await contender.place(seconds, perSecond);
      await watching;
      watching = watch(name, contender, before);
    }
  }
  await watching;
  return found;
};
