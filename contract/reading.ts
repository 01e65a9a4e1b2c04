import { type Fault, MAX_FAULTS, pointerTo } from './fault';
import { NOT_VALID, type Rule } from './rule';
import { type Field, type Nested, type Shape } from './shape';

/** A value as an object of the shape's class, and what is wrong with it. */
export interface Read<Body> {
  readonly body: Body;
  readonly faults: readonly Fault[];
}

/**
 * Checks a value against a shape. Nothing is converted. Objects of nested classes are made from own keys only, so
 * members of Object.prototype are unknown fields like any other. Ends at the tenth fault, since no more are named.
 */
export function read<Body extends object>(shape: Shape<Body>, value: unknown): Read<Body> {
  const reading = new Reading();
  const body = reading.object(shape, value, '') as Body;
  return { body, faults: reading.faults };
}

/**
 * Whether the rules accept this value of a field in an object with no other field. `undefined`: the field is absent.
 */
export function takes({ type }: Shape, field: Field, value: unknown): boolean {
  const reading = new Reading();
  const object = new type() as Loose;
  if (value !== undefined) object[field.name] = value;
  reading.field(field, object, '');
  return reading.faults.length === 0;
}

type Loose = Record<string, unknown>;

/** Limits objects within objects. The result of a work may even contain itself, which this limit ends. */
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
    const value = object[field.name];
    const pointer = parent + field.pointer;
    const { length } = this.faults;
    let applies: boolean;
    try {
      applies = field.conditions.every((condition) => condition(object, value));
    } catch {
      this.fault(pointer, NOT_VALID);
      return;
    }
    if (applies) this.applied(field, object, parent);
    const isFree = !applies || field.nested === undefined;
    if (isFree && this.faults.length === length) {
      const fault = new FreeReading().faultOf(value, this.depth);
      if (fault !== undefined) this.fault(pointer + shortened(fault.pointer), fault.detail);
    }
  }

  private applied(field: Field, object: Loose, parent: string): void {
    const { name, first, nested } = field;
    const pointer = parent + field.pointer;
    const { length } = this.faults;
    const broken = firstBroken(first, object, object[name]);
    if (broken !== undefined) this.fault(pointer, broken.detail);
    else if (nested !== undefined) object[name] = this.nested(nested, object[name], pointer);
    if (this.faults.length === length) this.rules(field, object, parent);
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
    } else if (eachRules.length > 0 && Array.isArray(value)) {
      const elements: readonly unknown[] = value;
      for (const [at, element] of elements.entries()) {
        if (this.isFull) return;
        const detail = firstBroken(eachRules, object, element)?.detail ?? faultOfNumber(element);
        if (detail !== undefined) this.fault(`${parent}${pointer}/${at}`, detail);
      }
    } else if (eachRules.length > 0) {
      this.fault(parent + pointer, 'must be a JSON array');
    }
  }

  private fault(pointer: string, detail: string): void {
    this.faults.push({ pointer, detail });
  }

  private get isFull(): boolean {
    return this.faults.length >= MAX_FAULTS;
  }
}

const isObject = (value: unknown): value is Loose => isLoose(value) && !Array.isArray(value);

/** An object or an array. */
const isLoose = (value: unknown): value is Loose => typeof value === 'object' && value !== null;

const firstBroken = (rules: readonly Rule[], object: object, value: unknown): Rule | undefined =>
  rules.find(({ holds }) => !holds(object, value));

/** 1e999 is parsed as Infinity, which JSON would write as null. */
const faultOfNumber = (value: unknown): string | undefined =>
  typeof value === 'number' && !Number.isFinite(value) ? 'must be a finite number' : undefined;

/** Limits the characters of a pointer with names that a caller chose, so that an answer stays short. */
const MAX_FREE_POINTER = 256;

const shortened = (pointer: string): string => (pointer.length > MAX_FREE_POINTER ? '' : pointer);

/** Finds faults in a value that no rule looks into. */
class FreeReading {
  /** The depths at which objects were found valid, since a result may hold one object many times. */
  private readonly depths = new Map<object, number>();

  faultOf(value: unknown, depth: number): Fault | undefined {
    const detail = this.detailOf(value, depth);
    if (detail !== undefined) return { pointer: '', detail };
    // An object with toJSON is written as another value, which is checked when the record is written.
    if (!isLoose(value) || typeof value.toJSON === 'function' || depth <= (this.depths.get(value) ?? -1)) {
      return undefined;
    }
    for (const [name, inner] of Object.entries(value)) {
      const fault = this.faultOf(inner, depth + 1);
      if (fault !== undefined) return { ...fault, pointer: pointerTo(name) + fault.pointer };
    }
    this.depths.set(value, depth);
    return undefined;
  }

  private detailOf(value: unknown, depth: number): string | undefined {
    if (!isLoose(value)) return faultOfNumber(value);
    if (depth === MAX_DEPTH) return TOO_DEEP;
    // If the object were copied property by property, this would set its prototype.
    return Object.hasOwn(value, '__proto__') ? 'has a field __proto__ in it' : undefined;
  }
}
