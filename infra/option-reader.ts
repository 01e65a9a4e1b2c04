/** A context value that cannot be deployed; the message is one sentence that names the option. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

export type Context = Readonly<Record<string, unknown>>;

/** Reads the context that `-c name=value` and cdk.json give; a bad value throws an `OptionError`. */
export class OptionReader {
  constructor(private readonly context: Context) {}

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

  flag(name: string): boolean {
    return this.choice(name, ['false', 'true']) === 'true';
  }

  whole(name: string, range: { readonly min: number; readonly max: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
    throw new OptionError(`${name} is "${text}"; it takes a whole number from ${range.min} to ${range.max}.`);
  }

  /** A text of a known form; `form` says which, for the sentence. */
  matching(name: string, pattern: RegExp, form: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || pattern.test(text)) return text;
    throw new OptionError(`${name} is "${text}"; it takes ${form}.`);
  }

  /** The ARN of something that has to be in the region that is deployed to. */
  arn(name: string, kind: { readonly service: string; readonly resource: string }, region: string): string | undefined {
    const { service, resource } = kind;
    const form = `arn:aws:${service}:${region}:ACCOUNT:${resource}`;
    const named = resource.replace(/NAME$/, '[\\w.-]+').replace(/ID$/, '(?:mrk-)?[\\da-f-]{32,}');
    const pattern = new RegExp(`^arn:aws[a-z-]*:${service}:([a-z0-9-]+):\\d{12}:${named}$`);
    const text = this.matching(name, pattern, `an ARN such as ${form}`);
    const other = text === undefined ? region : pattern.exec(text)?.[1];
    if (other === region) return text;
    throw new OptionError(
      `${name} is in the region ${other ?? '?'}, but region is ${region}: both have to be the same.`,
    );
  }
}
