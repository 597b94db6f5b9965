/** Runs an act when it is its turn. */
export type Turns = <Result>(act: () => Promise<Result>) => Promise<Result>;

/** Lets so many acts run at a time; the others wait, the one that came first goes first. */
export function newTurns(most: number): Turns {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (act) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
