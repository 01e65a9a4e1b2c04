/** Whether two URLs name the same queue: brokers accept slashes at the end. */
export const isSameQueue = (one: string, other: string): boolean => withoutEndSlashes(one) === withoutEndSlashes(other);

/** A loop, since a pattern for slashes at the end takes quadratic time. */
function withoutEndSlashes(url: string): string {
  let end = url.length;
  while (url.endsWith('/', end)) end -= 1;
  return url.slice(0, end);
}
