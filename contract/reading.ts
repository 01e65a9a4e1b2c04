import { type Fault, MAX_FAULTS } from './fault';
import { type Rule } from './rule';
import { type Field, type Nested, type Shape } from './shape';

/** A value as an object of the shape's class, and what is wrong with it. */
export interface Read<Body> {
  readonly body: Body;
  readonly faults: readonly Fault[];
}

/**
 * Holds a value against a shape, as `JSON.parse` could have given it. Nothing is converted; objects of nested classes are
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

class Reading {
  readonly faults: Fault[] = [];

  object({ type, fields }: Shape, value: unknown, pointer: string): unknown {
    if (!isObject(value)) {
      this.fault(pointer, 'must be a JSON object');
      return value;
    }
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
    // What no rule looks into; work that copies it property by property would set a prototype.
    const isFree = !applies || nested === undefined;
    if (isFree && typeof value === 'object' && this.faults.length === length && holdsProto(value)) {
      this.fault(parent + pointer, 'has a field __proto__ in it');
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

function holdsProto(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsProto);
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(holdsProto);
}
