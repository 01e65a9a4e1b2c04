import { type Dispatch, type StateUpdater, useCallback, useEffect, useState } from 'preact/hooks';
import { Problem, read, sentenceOf } from './api';

export interface Loaded<T> {
  /** The latest answer; while it is asked again, the one before. */
  readonly data?: T;
  readonly problem?: Problem;
  readonly asking: boolean;
  readonly again: () => void;
}

const AGAIN_MS = 3_000;

/** Reads `path` whenever it or `stamp` changes, and again by itself for as long as there is no answer. */
export function useAsk<T>(path: string | undefined, stamp?: unknown): Loaded<T> {
  const [state, set] = useState<Omit<Loaded<T>, 'again'> & { readonly path?: string | undefined }>({ asking: true });
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => {
    setTurn((number) => number + 1);
  }, []);
  useEffect(() => {
    if (path === undefined) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    set((before) => ({ ...before, asking: true }));
    read<T>(path, stop.signal).then(
      (data) => {
        set({ data, asking: false, path });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const problem = error instanceof Problem ? error : new Problem(sentenceOf(error), 0);
        set(({ data, path: of }) => ({
          problem,
          asking: false,
          path,
          ...(of === path && data !== undefined && { data }),
        }));
        if (problem.status === 0 || problem.status >= 500) timer = setTimeout(again, AGAIN_MS);
      },
    );
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [path, stamp, turn]);
  const { path: of, ...rest } = state;
  // An answer for another path belongs to something else.
  return of === path || keepsShape(of, path) ? { ...rest, again } : { asking: true, again };
}

/** Pages of one list may stay until the next is there, so that nothing jumps. */
const keepsShape = (before: string | undefined, now: string | undefined): boolean =>
  before?.split('?')[0] === now?.split('?')[0];

/** The value of the last moment at which it had not changed for `ms`. */
export function useDebounced<T>(value: T, ms: number): T {
  const [settled, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      set(() => value);
    }, ms);
    return () => {
      clearTimeout(timer);
    };
  }, [value]);
  return settled;
}

/** Something that is done once at a time, with what went wrong. */
export interface Doing {
  readonly busy: boolean;
  readonly problem?: Problem | undefined;
  readonly run: (work: () => Promise<void>) => void;
}

export function useDoing(): Doing {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem]: [Problem | undefined, Dispatch<StateUpdater<Problem | undefined>>] = useState();
  const run = (work: () => Promise<void>): void => {
    setBusy(true);
    setProblem(undefined);
    work()
      .catch((error: unknown) => {
        setProblem(error instanceof Problem ? error : new Problem(sentenceOf(error), 0));
      })
      .finally(() => {
        setBusy(false);
      });
  };
  return { busy, problem, run };
}
