import { type Fault, MAX_FAULTS } from './fault';
import { type Rule } from './rule';
import { type Field, type Nested, type Shape } from './shape';

/** A value as an object of the shape's class, and what is wrong with it. */
export interface Read<Body> {
  readonly body: Body;
  readonly faults: readonly Fault[];
}

/**
 * Holds a value against a shape. Nothing is converted; objects of nested classes are
 * made from own keys only, so members of Object.prototype are unknown fields like any other. Ends when as many faults are
 * found as are named at once.
 */
export function read<Body extends object>(shape: Shape<Body>, value: unknown): Read<Body> {
  const reading = new Reading();
  const body = reading.object(shape, value, '') as Body;
  return { body, faults: reading.faults };
}

/** Whether a field may be this in an object that has no other field; undefined: absent. */
export function takes({ type }: Shape, field: Field, value: unknown): boolean {
  const reading = new Reading();
  const object = new type() as Loose;
  if (value !== undefined) object[field.name] = value;
  reading.field(field, object, '');
  return reading.faults.length === 0;
}

type Loose = Record<string, unknown>;

/** Objects within objects; a result of a team's work may even be within itself, and such an end is found by this. */
const MAX_DEPTH = 100;

const TOO_DEEP = `nests deeper than ${MAX_DEPTH}`;

class Reading {
  readonly faults: Fault[] = [];
  private depth = 0;

  object(shape: Shape, value: unknown, pointer: string): unknown {
    if (!isObject(value)) {
      this.fault(pointer, 'must be a JSON object');
      return value;
    }
    if (this.depth === MAX_DEPTH) {
      this.fault(pointer, TOO_DEEP);
      return value;
    }
    this.depth += 1;
    const made = this.made(shape, value, pointer);
    this.depth -= 1;
    return made;
  }

  private made({ type, fields }: Shape, value: Loose, pointer: string): object {
    const made = new type() as Loose;
    let unknown = false;
    for (const name of Object.keys(value)) {
      if (fields.has(name)) made[name] = value[name];
      else if (value[name] !== undefined) unknown = true;
    }
    for (const field of fields.values()) {
      if (!this.isFull) this.field(field, made, pointer);
    }
    if (unknown && !this.isFull) {
      this.fault(pointer, `has unknown fields; it takes ${[...fields.keys()].join(' and ')}`);
    }
    return made;
  }

  field(field: Field, object: Loose, parent: string): void {
    const { name, pointer, conditions, first, nested } = field;
    const value = object[name];
    const { length } = this.faults;
    const applies = conditions.every((condition) => condition(object, value));
    if (applies) {
      const broken = firstBroken(first, object, value);
      if (broken !== undefined) this.fault(parent + pointer, broken.detail);
      else if (nested !== undefined) object[name] = this.nested(nested, value, parent + pointer);
      if (this.faults.length === length) this.rules(field, object, parent);
    }
    const isFree = !applies || nested === undefined;
    if (isFree && typeof value === 'object' && this.faults.length === length) {
      const detail = faultOfFree(value, this.depth);
      if (detail !== undefined) this.fault(parent + pointer, detail);
    }
  }

  private nested({ shape, each }: Nested, value: unknown, pointer: string): unknown {
    if (!each) return this.object(shape, value, pointer);
    if (!Array.isArray(value)) {
      this.fault(pointer, 'must be a JSON array');
      return value;
    }
    const made: unknown[] = [];
    for (let at = 0; at < value.length && !this.isFull; at += 1) {
      made.push(this.object(shape, value[at], `${pointer}/${at}`));
    }
    return made;
  }

  private rules({ name, pointer, rules, eachRules }: Field, object: Loose, parent: string): void {
    const value = object[name];
    const broken = firstBroken(rules, object, value);
    if (broken !== undefined) {
      this.fault(parent + pointer, broken.detail);
    } else if (eachRules.length > 0 && !Array.isArray(value)) {
      this.fault(parent + pointer, 'must be a JSON array');
    } else if (eachRules.length > 0) {
      for (const [at, element] of (value as unknown[]).entries()) {
        if (this.isFull) return;
        const broken = firstBroken(eachRules, object, element);
        if (broken !== undefined) this.fault(`${parent}${pointer}/${at}`, broken.detail);
      }
    }
  }

  private fault(pointer: string, detail: string): void {
    this.faults.push({ pointer, detail });
  }

  private get isFull(): boolean {
    return this.faults.length >= MAX_FAULTS;
  }
}

const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const firstBroken = (rules: readonly Rule[], object: object, value: unknown): Rule | undefined =>
  rules.find(({ holds }) => !holds(object, value));

/** What is wrong with a value that no rule looks into. Copied property by property, `__proto__` would set a prototype. */
function faultOfFree(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === MAX_DEPTH) return TOO_DEEP;
  if (Object.hasOwn(value, '__proto__')) return 'has a field __proto__ in it';
  for (const inner of Object.values(value)) {
    const detail = faultOfFree(inner, depth + 1);
    if (detail !== undefined) return detail;
  }
  return undefined;
}
