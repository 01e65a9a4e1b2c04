import { useEffect } from 'preact/hooks';

const EVERY_MS = 1_000;

/** Asks again every second for as long as something is to come. */
export function useFollow(pending: boolean, again: () => void): void {
  useEffect(() => {
    if (!pending) return undefined;
    const timer = setInterval(again, EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [pending]);
}
