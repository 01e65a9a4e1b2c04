import { getMetadataStorage, validateSync } from 'class-validator';

/** One fault of a body: where, as a JSON pointer, and what would be right. Never what was sent. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * Holds a parsed body against the class-validator rules of `type`; nothing is converted. Nest's own pipe strips
 * `__proto__` in silence and lets members of Object.prototype pass as known fields, so own keys are compared here.
 */
export class Validator<Body extends object> {
  private readonly fields: ReadonlySet<string>;

  constructor(private readonly type: new () => Body) {
    const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
    this.fields = new Set(rules.map(({ propertyName }) => propertyName));
  }

  /** The body as an instance of the type, or every fault of it. */
  validate(value: unknown): { readonly body: Body } | { readonly faults: readonly Fault[] } {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { faults: [{ pointer: '', detail: 'must be a JSON object' }] };
    }
    const entries = Object.entries(value);
    const known = entries.filter(([name]) => this.fields.has(name));
    const body = Object.assign(new this.type(), Object.fromEntries(known));
    const faults = validateSync(body).map(({ property, constraints = {} }): Fault => ({
      pointer: `/${property}`,
      detail: Object.values(constraints)[0] ?? 'is not valid',
    }));
    if (known.length < entries.length) {
      faults.push({ pointer: '', detail: `has unknown fields; it takes ${[...this.fields].join(' and ')}` });
    }
    return faults.length > 0 ? { faults } : { body };
  }
}
