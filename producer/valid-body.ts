import type { PipeTransform } from '@nestjs/common';
import { getMetadataStorage, validateSync } from 'class-validator';
import { type Fault, Problem } from './problem';

/**
 * Turns a parsed body into an instance of `type` whose class-validator rules hold; nothing is converted.
 * Nest's own pipe strips `__proto__` in silence and lets members of Object.prototype pass as known fields,
 * so own keys are compared here.
 */
export class ValidBody<Body extends object> implements PipeTransform<unknown, Body> {
  private readonly fields: ReadonlySet<string>;

  constructor(private readonly type: new () => Body) {
    const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
    this.fields = new Set(rules.map(({ propertyName }) => propertyName));
  }

  transform(value: unknown): Body {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid([{ pointer: '', detail: 'must be a JSON object' }]);
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
    if (faults.length > 0) throw invalid(faults);
    return body;
  }
}

const invalid = (errors: readonly Fault[]): Problem => new Problem(400, 'The body is not valid.', { errors });
