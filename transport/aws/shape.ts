/** How a value is written as JSON: `blob` is bytes, in base64; `text` is anything that JSON has itself. */
export type Shape =
  | 'text'
  | 'blob'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly members: ReadonlyMap<string, Shape> };

/** What a call takes and what it is answered. */
export interface CallShape {
  readonly takes: Shape;
  readonly answers: Shape;
}

/** Calls that go past most of the SDK's middleware, by the class of their command. */
export type HotCalls = ReadonlyMap<unknown, CallShape>;

/** The body of a call, byte for byte as the SDK writes it. */
export const writeJson = (shape: Shape, value: unknown): string => JSON.stringify(toJson(shape, value));

/** Reads an answer. Undefined if it is not the JSON object that was expected: the SDK judges it then. */
export function readJson(shape: Shape, bytes: Uint8Array): Record<string, unknown> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch {
    return undefined;
  }
  return isObject(parsed) && !Array.isArray(parsed) && !('__type' in parsed)
    ? (fromJson(shape, parsed) as Record<string, unknown>)
    : undefined;
}

/** Takes known members only, in their order. A value of another shape stays as it is. */
function toJson(shape: Shape, value: unknown): unknown {
  if (shape === 'text') return value;
  if (shape === 'blob') return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  if ('list' in shape) return Array.isArray(value) ? value.map((one) => toJson(shape.list, one)) : value;
  if (!isObject(value)) return value;
  if ('map' in shape) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toJson(shape.map, one)]));
  }
  const converted: Record<string, unknown> = {};
  for (const [name, member] of shape.members) {
    const one = value[name];
    if (one !== undefined && one !== null) converted[name] = toJson(member, one);
  }
  return converted;
}

/**
 * Converts in place what was just parsed, and leaves known members only. A value of another shape stays as it is, but a
 * list in the place of an object becomes an empty one, as with the SDK.
 */
function fromJson(shape: Shape, value: unknown): unknown {
  if (shape === 'text') return value;
  if (shape === 'blob') return typeof value === 'string' ? Buffer.from(value, 'base64') : value;
  if (!isObject(value)) return value;
  if (Array.isArray(value) !== 'list' in shape) return Array.isArray(value) ? {} : value;
  for (const key of Object.keys(value)) {
    const member = memberOf(shape, key);
    const one = value[key];
    if (!member || ('members' in shape && one === null)) Reflect.deleteProperty(value, key);
    else if (member !== 'text') value[key] = fromJson(member, one);
  }
  return value;
}

function memberOf(shape: Exclude<Shape, string>, key: string): Shape | undefined {
  if ('members' in shape) return shape.members.get(key);
  return 'list' in shape ? shape.list : shape.map;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
