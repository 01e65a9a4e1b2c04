import { type PipeTransform } from '@nestjs/common';
import { Validator } from '../contract/validation';
import { Problem } from './problem';

/** Lets through what fits `type`; for anything else a 400 with every fault. */
export class ValidBody<Body extends object> implements PipeTransform<unknown, Body> {
  private readonly validator: Validator<Body>;

  constructor(type: new () => Body) {
    this.validator = new Validator(type);
  }

  transform(value: unknown): Body {
    const checked = this.validator.validate(value);
    if ('body' in checked) return checked.body;
    throw new Problem(400, 'The body is not valid.', { errors: checked.faults });
  }
}
