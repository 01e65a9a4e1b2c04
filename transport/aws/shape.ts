/** How a value is written as JSON: `blob` is bytes, in base64; `text` is anything that JSON has itself. */
export type Shape =
  | 'text'
  | 'blob'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly members: readonly (readonly [name: string, shape: Shape])[] };

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

function toJson(shape: Shape, value: unknown): unknown {
  return convert(shape, value, (bytes) =>
    bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64') : bytes,
  );
}

function fromJson(shape: Shape, value: unknown): unknown {
  return convert(shape, value, (text) => (typeof text === 'string' ? Buffer.from(text, 'base64') : text));
}

/** Takes known members only, in their order. A value of another shape stays as it is. */
function convert(shape: Shape, value: unknown, blob: (value: unknown) => unknown): unknown {
  if (shape === 'text') return value;
  if (shape === 'blob') return blob(value);
  if ('list' in shape) {
    return Array.isArray(value) ? value.map((one) => convert(shape.list, one, blob)) : value;
  }
  if (!isObject(value)) return value;
  if ('map' in shape) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, convert(shape.map, one, blob)]));
  }
  const converted: Record<string, unknown> = {};
  for (const [name, member] of shape.members) {
    const one = value[name];
    if (one !== undefined && one !== null) converted[name] = convert(member, one, blob);
  }
  return converted;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
