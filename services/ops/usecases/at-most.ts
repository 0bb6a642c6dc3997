/** Lets at most so many calls run at a time; the others wait for their turn, in the order in which they came. */
export const atMost = <Input, Output>(
  most: number,
  work: (input: Input) => Promise<Output>,
): ((input: Input) => Promise<Output>) => {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (input) => {
    if (running < most) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work(input);
    } finally {
      // who waits takes the place over
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
};
