import type { LifecycleManifest, LifecycleStep } from '#platform/base/manifest.ts';
import { whenWords } from './consumed-words.ts';
import { durationWords } from './words.ts';

/** Something that is known to have happened to an order. */
export interface Fact {
  readonly name: string;
  /** Undefined when that is not known any more. */
  readonly at: Date | undefined;
  readonly reason?: string | undefined;
}

/** What is known of one order in its system. */
export interface KnownOrder {
  readonly facts: readonly Fact[];
  readonly timers: readonly { readonly kind: string; readonly dueAt: Date }[];
  readonly now: Date;
  /** Its system counts it among those that have not ended in time. */
  readonly isLate?: boolean;
}

export type StepState = 'DONE' | 'RUNNING' | 'TO_COME' | 'SKIPPED' | 'FAILED';

/** How far one step of an order is. */
export interface StepProgress {
  readonly id: string;
  readonly title: string;
  readonly who: string;
  readonly state: StepState;
  /** When it took its state, as far as that is known. */
  readonly at: Date | undefined;
  readonly says: string;
  readonly isCompensation: boolean;
  /** The steps that cause it. */
  readonly after: readonly string[];
  /** A service owes it for longer than usual, or than its system allows, and no timer is set for it. */
  readonly isOverdue: boolean;
}

// a step of a service takes a second or less when nothing is wrong, waiting for Kafka included
const overdueMs = 60_000;

/** Tells how far each step of an order is, and each compensation that has been caused, in the order of the table. */
export const stepsOf = (
  { steps }: Pick<LifecycleManifest, 'steps'>,
  known: KnownOrder,
): StepProgress[] => {
  const view: View = { ...known, steps };
  return steps.flatMap((step) => {
    const main = toProgress(step, mainOf(step, view), view);
    const undoing = undoOf(step, view);
    return undoing === undefined ? [main] : [main, toCompensation(step, undoing, view)];
  });
};

/** Whether nothing is left to happen by itself. */
export const hasEnded = (steps: readonly StepProgress[]): boolean =>
  steps.every(({ state }) => state !== 'RUNNING' && state !== 'TO_COME');

interface View extends KnownOrder {
  steps: readonly LifecycleStep[];
}

/** A state, and what has led to it. */
interface Found {
  state: StepState;
  fact?: Fact | undefined;
}

const findFact = ({ facts }: View, names: readonly (string | undefined)[]): Fact | undefined =>
  facts.find(({ name }) => names.includes(name));

const timerOf = ({ timers }: View, kind: string | undefined) =>
  timers.find((timer) => timer.kind === kind);

const mainOf = (step: LifecycleStep, view: View): Found => {
  const { done, failed, endedBy, undo } = step;
  const doneFact = findFact(view, [done]);
  if (doneFact) return { state: 'DONE', fact: doneFact };
  const failedFact = findFact(view, [failed]);
  if (failedFact) return { state: 'FAILED', fact: failedFact };
  if (isFollowed(step, view)) return { state: 'DONE' };
  const endFact = findFact(view, [endedBy, undo?.done, ...(undo?.causedBy ?? [])]);
  if (endFact) return { state: 'SKIPPED', fact: endFact };
  return mayCome(step, view);
};

/** The event by which a step ends may be forgotten, but not what has come of it. */
const isFollowed = ({ done }: LifecycleStep, view: View): boolean =>
  done !== undefined &&
  view.steps.some(
    ({ causedBy, done: next, failed }) =>
      causedBy === done && findFact(view, [next, failed]) !== undefined,
  );

const mayCome = (step: LifecycleStep, view: View): Found => {
  const causes = causesOf(step, view);
  const cause = findFact(view, [step.causedBy]);
  const isCaused =
    cause !== undefined || causes.some((each) => mainOf(each, view).state === 'DONE');
  if (isCaused || step.causedBy === undefined) return { ...endOf(step, view), fact: cause };
  const canCome = causes.some((each) => isOpen(mainOf(each, view)));
  return { state: canCome ? 'TO_COME' : 'SKIPPED' };
};

const isOpen = ({ state }: Found): boolean => state === 'RUNNING' || state === 'TO_COME';

const causesOf = ({ causedBy }: LifecycleStep, { steps }: View): LifecycleStep[] =>
  causedBy === undefined ? [] : steps.filter(({ done }) => done === causedBy);

/** A step that ends with its timer is done when the timer is gone. */
const endOf = ({ done, timer }: Pick<LifecycleStep, 'done' | 'timer'>, view: View): Found =>
  done === undefined && timerOf(view, timer) === undefined
    ? { state: 'DONE' }
    : { state: 'RUNNING' };

const undoOf = ({ undo }: LifecycleStep, view: View): Found | undefined => {
  if (undo === undefined) return undefined;
  // events of several services become known in any order: the end perhaps before its cause
  const done = findFact(view, [undo.done]);
  if (done) return { state: 'DONE', fact: done };
  const cause = findFact(view, undo.causedBy);
  return cause && { ...endOf(undo, view), fact: cause };
};

const toProgress = (step: LifecycleStep, found: Found, view: View): StepProgress => {
  const { id, title, who } = step;
  const at = found.fact?.at;
  const after = causesOf(step, view).map((each) => each.id);
  const timer = timerOf(view, step.timer);
  const says = wordsOf({ ...found, who, dueAt: timer?.dueAt }, view);
  const isOverdue = isLate(found, who, view) && timer === undefined;
  return { id, title, who, state: found.state, at, says, isCompensation: false, after, isOverdue };
};

const toCompensation = (step: LifecycleStep, found: Found, view: View): StepProgress => {
  const { title, who, timer: kind } = step.undo ?? step;
  const timer = timerOf(view, kind);
  return {
    id: `undo-${step.id}`,
    title,
    who,
    state: found.state,
    at: found.fact?.at,
    says: wordsOf({ ...found, who, dueAt: timer?.dueAt }, view),
    isCompensation: true,
    after: [step.id],
    isOverdue: isLate(found, who, view) && timer === undefined,
  };
};

// who acts from outside may take as long as they like
const outside = ['customer', 'client', 'courier'];

const isLate = ({ state, fact }: Found, who: string, view: View): boolean => {
  if (state !== 'RUNNING' || outside.includes(who)) return false;
  const { now, isLate: isCounted = false } = view;
  return isCounted || (fact?.at !== undefined && now.getTime() - fact.at.getTime() > overdueMs);
};

type Worded = Found & { who: string; dueAt: Date | undefined };

const wordsOf = (worded: Worded, { now }: View): string => {
  const { state, fact, who } = worded;
  const why = fact?.reason ? `: ${fact.reason}` : '';
  switch (state) {
    case 'DONE':
      return `done by ${who}${why}`;
    case 'FAILED':
      return `refused by ${who}${why}`;
    case 'SKIPPED':
      return fact ? `not needed any more (${fact.name}${why})` : 'cannot come any more';
    case 'TO_COME':
      return `still to come, from ${who}`;
    case 'RUNNING':
      return runningWords(worded, now);
  }
};

const runningWords = ({ fact, who, dueAt }: Worded, now: Date): string => {
  const since = fact?.at ? ` since ${ageWords(fact.at, now)}` : '';
  const due = dueAt === undefined ? '' : `; its timer fires ${whenWords(dueAt, now)}`;
  return `waits for ${who}${since}${due}`;
};

const ageWords = (at: Date, now: Date): string =>
  durationWords((now.getTime() - at.getTime()) / 1_000);
