/** Limits the seconds of `Prefer: wait`; of a longer wait only this much is granted. */
export const WAIT_LIMIT_SECONDS = 20;

const WAIT = /^wait\s*=\s*"?(\d+)"?\s*(?:;.*)?$/i;

/**
 * The preference `wait` in seconds; undefined without one. What cannot be read is ignored (RFC 7240); the first one
 * counts.
 */
export function readWait(header: string | readonly string[] | undefined): number | undefined {
  const preferences = [header ?? []].flat().join(',').split(',');
  const first = preferences.map((preference) => preference.trim()).find((preference) => /^wait\b/i.test(preference));
  const seconds = first === undefined ? undefined : WAIT.exec(first)?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), WAIT_LIMIT_SECONDS);
}
