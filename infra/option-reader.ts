import { RegionInfo } from 'aws-cdk-lib/region-info';
import { type Fields, isFields, parsedJson } from '../contract/json';

/** A context value that cannot be deployed; the message is one sentence that names the option. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

export type Context = Fields;

/** Reads the context that `-c name=value` and cdk.json give; a bad value throws an `OptionError`. */
export class OptionReader {
  constructor(private readonly context: Context) {}

  has(name: string): boolean {
    return this.context[name] !== undefined;
  }

  /** Refuses options that another choice makes meaningless, so that nobody relies on them. */
  refuse(names: readonly string[], choice: string): void {
    const unused = names.find((name) => this.has(name));
    if (unused !== undefined) throw new OptionError(`${unused} has no meaning with ${choice}; leave it out.`);
  }

  text(name: string): string | undefined {
    const value = this.context[name];
    if (value === undefined) return undefined;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    throw new OptionError(`${name} is ${JSON.stringify(value)}; it takes one value, as in -c ${name}=VALUE.`);
  }

  choice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const text = this.text(name);
    if (text === undefined) return choices[0];
    const chosen = choices.find((choice) => choice === text);
    if (chosen === undefined) throw new OptionError(`${name} is "${text}"; it takes ${choices.join(' or ')}.`);
    return chosen;
  }

  flag(name: string, fallback = false): boolean {
    return this.choice(name, fallback ? ['true', 'false'] : ['false', 'true']) === 'true';
  }

  whole(name: string, range: { readonly min: number; readonly max: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    // As people write one: not `1e3`, `0x10` or `10.0`.
    if (/^\d+$/.test(text) && value >= range.min && value <= range.max) return value;
    throw new OptionError(`${name} is "${text}"; it takes a whole number from ${range.min} to ${range.max}.`);
  }

  /** A text of a known form; `form` says which, for the sentence. */
  matching(name: string, pattern: RegExp, form: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || pattern.test(text)) return text;
    throw new OptionError(`${name} is "${text}"; it takes ${form}.`);
  }

  /** A list in cdk.json, or texts with commas between them after `-c name=`. No text comes twice. */
  list(name: string, pattern: RegExp, form: string): readonly string[] | undefined {
    const value = this.context[name];
    if (value === undefined) return undefined;
    const parts: readonly unknown[] = Array.isArray(value) ? value : (this.text(name) ?? '').split(',');
    const texts = parts.map((part) => (typeof part === 'string' ? part.trim() : ''));
    const distinct = new Set(texts).size === texts.length;
    if (texts.length > 0 && distinct && texts.every((text) => pattern.test(text))) return texts;
    throw new OptionError(
      `${name} is ${JSON.stringify(value)}; it takes ${form}, each once, with commas between them.`,
    );
  }

  /** An object in cdk.json, or JSON after `-c name=`; undefined where it is neither. */
  object(name: string): Fields | undefined {
    const value = this.context[name] ?? {};
    const parsed = typeof value === 'string' ? parsedJson(value) : value;
    return isFields(parsed) ? parsed : undefined;
  }

  /** The ARN of something that has to be in the region that is deployed to, and so in its partition. */
  arn(name: string, kind: { readonly service: string; readonly resource: string }, region: string): string | undefined {
    const { service, resource } = kind;
    const partition = RegionInfo.get(region).partition ?? 'aws';
    const form = `arn:${partition}:${service}:${region}:ACCOUNT:${resource}`;
    const named = resource
      .replace(/NAME$/, '[\\w.-]+')
      .replace(/ID$/, '(?:mrk-)?[\\da-f-]{32,}')
      .replace(/NAME-SUFFIX$/, '[\\w/+=.@-]+-[A-Za-z\\d]{6}');
    const pattern = new RegExp(`^arn:${partition}:${service}:([a-z0-9-]+):\\d{12}:${named}$`);
    const text = this.matching(name, pattern, `an ARN such as ${form}`);
    const other = text === undefined ? region : pattern.exec(text)?.[1];
    if (other === region) return text;
    throw new OptionError(
      `${name} is in the region ${other ?? '?'}, but region is ${region}: both have to be the same.`,
    );
  }

  /** A secret by its name or whole ARN, since Secrets Manager completes half an ARN by guessing. */
  secret(name: string, region: string): string | undefined {
    if (this.text(name)?.startsWith('arn:') === true)
      return this.arn(name, { service: 'secretsmanager', resource: 'secret:NAME-SUFFIX' }, region);
    const text = this.matching(name, /^[\w/+=.@-]{1,512}$/, 'a name of letters, digits and /_+=.@-, or a whole ARN');
    if (text === undefined || !/-[A-Za-z\d]{6}$/.test(text)) return text;
    throw new OptionError(
      `${name} is "${text}"; AWS takes a name that ends in a dash and six characters for half an ARN, so give the whole ARN.`,
    );
  }
}
