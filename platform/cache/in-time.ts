export interface InTimeOptions<T> {
  limitMs: number;
  /** Called with an answer that comes after the limit. */
  onLate?: ((answer: T) => void) | undefined;
}

/** Resolves with the answer, or rejects when there is none within the limit. */
export const inTime = <T>(answer: Promise<T>, { limitMs, onLate }: InTimeOptions<T>): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    let isLate = false;
    const giveUp = () => {
      isLate = true;
      reject(new Error(`There was no answer within ${limitMs} ms.`));
    };
    // If this process itself was busy for that long, an answer that has arrived is read first.
    let turn: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => (turn = setImmediate(giveUp)), limitMs);
    const end = () => {
      clearTimeout(timer);
      clearImmediate(turn);
    };
    answer.then(
      (value) => {
        end();
        if (isLate) onLate?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        end();
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is passed on
        reject(error);
      },
    );
  });
