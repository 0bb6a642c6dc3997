import type { Plan } from './change-parts.ts';
import type { Part } from './part.ts';
import { readRequest, requestSignal } from './observe-request.ts';
import { writeRunState, type RunState } from './run-state.ts';
import type { LocalSettings } from './settings.ts';

export interface AnswerOptions {
  settings: LocalSettings;
  state: RunState;
  /** Resolves when the system is up: requests wait for that. */
  isUp: Promise<void>;
  partsOf: (settings: LocalSettings) => Part[];
  change: (to: Plan) => Promise<void>;
  say: (line: string) => void;
}

/** Carries out, in a supervisor, what make observe and make observe-down ask for, and answers in the run state. */
export const answerObserve = ({
  settings,
  state,
  isUp,
  partsOf,
  change,
  say,
}: AnswerOptions): void => {
  const answer = async (): Promise<void> => {
    const request = readRequest(settings.INORDER_HOME);
    const wanted = { ...settings, ...request.settings };
    await isUp;
    say(`make observe${wanted.OBSERVE === 'on' ? '' : '-down'}: services start again, one by one`);
    state.observed = wanted.OBSERVE === 'on' ? request.settings : undefined;
    const problem = await change({ parts: partsOf(wanted), settings: wanted }).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (problem !== undefined) say(`${problem}\nThe rest runs without it.`);
    state.answered = { request: request.id, problem };
    writeRunState(settings.INORDER_HOME, state);
  };
  process.on(requestSignal, () => {
    // When the system does not come up, or ends meanwhile, whoever has asked sees that the supervisor is gone.
    void answer().catch((error: unknown) => say(String(error)));
  });
};
