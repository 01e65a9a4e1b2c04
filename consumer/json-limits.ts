/** As deep as the transport takes what comes in. */
const DEPTH_LIMIT = 32;

/** Bytes of a value as JSON. */
export const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** What keeps a value from being JSON as it is, in words that begin with where it stands; undefined if nothing does. */
export function jsonFault(value: unknown, pointer: string, depth = 0): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : `${pointer} is ${value}, which JSON does not have`;
    case 'object':
      return value === null ? undefined : faultWithin(value, pointer, depth);
    default:
      return `${pointer} is ${value === undefined ? 'missing' : `a ${typeof value}, which JSON does not have`}`;
  }
}

function faultWithin(value: object, pointer: string, depth: number): string | undefined {
  if (depth === DEPTH_LIMIT) return `${pointer} nests deeper than ${DEPTH_LIMIT}, or holds itself`;
  if (Array.isArray(value)) return firstFault(value.entries(), pointer, depth);
  if ('toJSON' in value) return undefined;
  // JSON leaves out a property that is undefined, which says the same.
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return firstFault(entries, pointer, depth);
}

function firstFault(
  entries: Iterable<readonly [number | string, unknown]>,
  pointer: string,
  depth: number,
): string | undefined {
  for (const [name, inner] of entries) {
    const fault = jsonFault(inner, `${pointer}/${name}`, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
