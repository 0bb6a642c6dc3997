import * as fc from 'fast-check';
import type { RunningService } from '../../testing/services/start-service.ts';
import type { Attack, Target } from './attack.ts';
import type { PostMortem } from './post-mortem.ts';
import { faultOf } from './verdict.ts';

export interface VolleyOptions {
  attacks: readonly Attack[];
  seed: number;
  target: Target;
  service: RunningService;
  postMortem: PostMortem;
}

export interface Volley {
  /** Strikes for so many seconds, or until the process dies. */
  fire(seconds: number): Promise<void>;
  /** Returns what was found; from now on the death of the process is no fault. */
  end(): Promise<readonly string[]>;
  /** How often each answer came, by attack. */
  readonly answers: ReadonlyMap<string, number>;
  strikes(): number;
}

// The number of attacks at a time.
const width = 4;

/** Runs one attack after the other, several at a time, and collects answers and faults. */
export const createVolley = (options: VolleyOptions): Volley => {
  const { attacks, seed, target, service, postMortem } = options;
  const answers = new Map<string, number>();
  const faults: string[] = [];
  let strikes = 0;
  let isDead = false;
  let isOver = false;
  const death = service.process.exit.then(async (exit) => {
    isDead = true;
    if (isOver) return;
    const found = await postMortem.describe(service.process.pid);
    faults.push(`the process ended: ${JSON.stringify(exit)}`, ...found, ...lastWords(service));
  });
  const strikeOnce = async (attack: Attack, strikeSeed: number): Promise<void> => {
    const [input] = fc.sample(attack.input, { seed: strikeSeed, numRuns: 1 });
    const blame = (what: string) =>
      faults.push(`${attack.name}, strike ${strikeSeed}: ${what}\n    ${showInput(input)}`);
    const endStrike = postMortem.begin({
      attack: attack.name,
      seed: strikeSeed,
      input: () => fc.stringify(input),
    });
    try {
      const answer = await attack.strike(target, input);
      const key = `${attack.name}: ${answer.status}`;
      answers.set(key, (answers.get(key) ?? 0) + 1);
      const fault = faultOf(answer);
      if (fault !== undefined) blame(fault);
    } catch (error) {
      blame(String(error));
    } finally {
      endStrike();
    }
  };
  const fire = async (seconds: number): Promise<void> => {
    const endMs = performance.now() + seconds * 1_000;
    const worker = async () => {
      while (performance.now() < endMs && !isDead) {
        const number = strikes++;
        const attack = attacks[number % attacks.length];
        if (attack) await strikeOnce(attack, seed + number);
      }
    };
    await Promise.all(Array.from({ length: width }, worker));
  };
  const end = async (): Promise<readonly string[]> => {
    isOver = true;
    if (isDead) await death;
    return faults;
  };
  return { fire, end, answers, strikes: () => strikes };
};

const showInput = (input: unknown): string => fc.stringify(input).slice(0, 600);

/** The lines that are not log entries: the runtime's own last words. */
const lastWords = ({ process }: RunningService): string[] =>
  process.lines.filter((line) => !line.startsWith('{')).slice(-60);
