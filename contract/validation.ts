import { type Fault } from './fault';
import { read } from './reading';
import { type Class, type Shape, shapeOf } from './shape';

/**
 * A pipe that checks a parsed body against the class-validator rules of `type` and of the classes that it nests.
 * Nothing is converted. Nest's own pipe strips `__proto__` silently and accepts members of Object.prototype as known
 * fields.
 */
export class ValidBody<Body extends object> {
  private readonly shape: Shape<Body>;

  constructor(
    type: Class<Body>,
    /** The error to throw for a body with these faults. */
    private readonly refuse: (faults: readonly Fault[]) => Error,
  ) {
    this.shape = shapeOf(type);
  }

  /** The body as an instance of the type; throws what `refuse` makes of its faults. */
  transform(value: unknown): Body {
    const { body, faults } = read(this.shape, value);
    if (faults.length > 0) throw this.refuse(faults);
    return body;
  }
}
