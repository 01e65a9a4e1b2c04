import { type PipeTransform } from '@nestjs/common';
import { Validator } from '../contract/validation';
import { Rejection } from '../transport/outcome';

/** Lets through what fits `type`; anything else would never fit, so it is dead-lettered at once. */
export class ValidMessage<Body extends object> implements PipeTransform<unknown, Body> {
  private readonly validator: Validator<Body>;

  constructor(type: new () => Body) {
    this.validator = new Validator(type);
  }

  transform(value: unknown): Body {
    const checked = this.validator.validate(value);
    if ('body' in checked) return checked.body;
    const faults = checked.faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim());
    throw new Rejection('invalid', `The message is not valid: ${faults.join('; ')}`);
  }
}
