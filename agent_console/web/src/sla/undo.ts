// Steps of an edit that can be taken back.

const MOST_STEPS = 200;

export interface Steps<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
  /** What the last step was an edit of: the next one of the same joins it. */
  of: string | null;
}

export const begin = <T>(present: T): Steps<T> => ({ past: [], present, future: [], of: null });

/** `of` names a field that is typed into: letters become one step. */
export function step<T>(steps: Steps<T>, present: T, of: string | null = null): Steps<T> {
  if (of !== null && of === steps.of) return { ...steps, present, future: [] };
  return { past: [...steps.past.slice(1 - MOST_STEPS), steps.present], present, future: [], of };
}

export function undo<T>(steps: Steps<T>): Steps<T> {
  if (!steps.past.length) return steps;
  return {
    past: steps.past.slice(0, -1),
    present: steps.past.at(-1) as T,
    future: [steps.present, ...steps.future],
    of: null,
  };
}

export function redo<T>(steps: Steps<T>): Steps<T> {
  if (!steps.future.length) return steps;
  return {
    past: [...steps.past, steps.present],
    present: steps.future[0] as T,
    future: steps.future.slice(1),
    of: null,
  };
}
