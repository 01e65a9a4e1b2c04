import { isWholeDatabaseUrl, type Variables, withoutSecrets } from './local';

/**
 * `request-context`: the web adapter's header, on Lambda. `token`: `sub` of the JWT in `Authorization`, which the front
 * door has verified. `header:NAME`: a header that the front door overwrites in each request.
 */
export type CallerSource = 'request-context' | 'token' | `header:${string}`;

const isCallerSource = (text: string): text is CallerSource =>
  /^(?:request-context|token|header:[a-z0-9-]{1,64})$/.test(text);

const KEY_LIMIT = 256;
/** Keys that every client can send by `Authorization: Bearer` and by `x-api-key`. */
const KEY_PATTERN = new RegExp(`^[\\x21-\\x7e]{1,${KEY_LIMIT}}$`);

/** Reads variables and collects what is wrong with them instead of stopping at the first. */
export class VariableReader {
  readonly faults: string[] = [];

  constructor(readonly source: Variables) {}

  text(name: string): string | undefined {
    const value = this.source[name]?.trim();
    return value === '' ? undefined : value;
  }

  number(name: string, fallback: number, range: { min: number; max: number; whole?: boolean }): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    const { min, max, whole = true } = range;
    if (Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
    this.faults.push(`${name} is "${text}"; it takes a ${whole ? 'whole ' : ''}number from ${min} to ${max}`);
    return fallback;
  }

  numberIfAny(name: string, range: { min: number; max: number }): number | undefined {
    return this.text(name) === undefined ? undefined : this.number(name, range.min, range);
  }

  flag(name: string, [on, off]: readonly [string, string] = ['true', 'false']): boolean {
    const text = this.text(name);
    if (text !== undefined && text !== on && text !== off)
      this.faults.push(`${name} is "${text}"; it takes ${on} or ${off}`);
    return text === on;
  }

  url(name: string): string | undefined {
    const text = this.text(name);
    if (text !== undefined && !/^https?:$/.test(URL.parse(text)?.protocol ?? '')) {
      this.faults.push(`${name} is "${withoutSecrets(text)}"; it takes an http or https URL`);
    }
    return text;
  }

  /** Reads keys. Faults do not repeat them, since faults are logged. */
  keys(name: string): string[] {
    const text = this.text(name);
    if (text === undefined) return [];
    const parts = text.split(',').map((part) => part.trim());
    const keys = parts.filter(Boolean);
    const place = keys.findIndex((key) => !KEY_PATTERN.test(key)) + 1;
    if (keys.length === 0) this.faults.push(`${name} holds no key; it takes one or more, comma separated`);
    if (place > 0)
      this.faults.push(
        `${name}: key ${place} of ${keys.length} cannot be sent; a key takes 1 to ${KEY_LIMIT} visible ASCII characters without blanks`,
      );
    return keys;
  }

  callerSource(name: string): CallerSource | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined || isCallerSource(text)) return text;
    this.faults.push(`${name} is "${text}"; it takes request-context, token or header:NAME`);
    return undefined;
  }

  results(name: string, fallback: string): string {
    const text = this.text(name) ?? fallback;
    if (/^postgres(ql)?:\/\/./.test(text) && !isWholeDatabaseUrl(text))
      this.faults.push(`${name} is no valid URL; in its password write %40 for @, %2F for / and the like`);
    else if (!/^((sqlite|dynamodb):.+|postgres(ql)?:\/\/.+|none)$/.test(text))
      this.faults.push(
        // JSON is what RDS keeps as the secret of a database.
        `${name} is ${/^\{|@/.test(text) ? 'not shown, since it may hold a password' : `"${text}"`}; it takes sqlite:PATH, dynamodb:TABLE, postgres://… or none`,
      );
    return text;
  }
}
