import { getMetadataStorage, validateSync } from 'class-validator';

/** One fault of a body: where, as a JSON pointer, and what would be right. Never what was sent. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * A pipe that holds a parsed body against the class-validator rules of `type`; nothing is converted. Nest's own strips
 * `__proto__` in silence and lets members of Object.prototype pass as known fields, so own keys are compared here.
 */
export class ValidBody<Body extends object> {
  private readonly fields: ReadonlySet<string>;

  constructor(
    private readonly type: new () => Body,
    /** What to throw for a body with these faults. */
    private readonly refuse: (faults: readonly Fault[]) => Error,
  ) {
    const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
    this.fields = new Set(rules.map(({ propertyName }) => propertyName));
  }

  /** The body as an instance of the type; throws what `refuse` makes of every fault. */
  transform(value: unknown): Body {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.refuse([{ pointer: '', detail: 'must be a JSON object' }]);
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
    if (faults.length > 0) throw this.refuse(faults);
    return body;
  }
}
