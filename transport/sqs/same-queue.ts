/** Whether two URLs name one queue: brokers take a URL with slashes at its end as well. */
export const isSameQueue = (one: string, other: string): boolean => withoutEndSlashes(one) === withoutEndSlashes(other);

/** In one pass, which a pattern that looks for slashes at the end does not do. */
function withoutEndSlashes(url: string): string {
  let end = url.length;
  while (url.endsWith('/', end)) end -= 1;
  return url.slice(0, end);
}
