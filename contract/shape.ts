import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import {
  ARRAY_MAX_SIZE,
  ARRAY_MIN_SIZE,
  ARRAY_NOT_EMPTY,
  getMetadataStorage,
  IS_ARRAY,
  IS_DEFINED,
  ValidationTypes,
} from 'class-validator';
import { pointerTo } from './fault';
import { assertFit, assertHasOnly } from './fitness';
import { byProperty, type Condition, type Noted, type Rule, rulesOf } from './rule';

export type Class<Body extends object = object> = new () => Body;

/** Objects of a class of their own in a property. */
export interface Nested {
  readonly shape: Shape;
  /** An array of them. */
  readonly each: boolean;
}

export interface Field {
  readonly name: string;
  readonly pointer: string;
  /** The rules apply if all of these are met. */
  readonly conditions: readonly Condition[];
  /** Rules that run first, since they bound the work of the others. */
  readonly first: readonly Rule[];
  /** Rules of the value, in the order in which they are written. */
  readonly rules: readonly Rule[];
  readonly eachRules: readonly Rule[];
  readonly nested: Nested | undefined;
}

/** What a body of a class looks like, by the rules of class-validator on the class and on those that it nests. */
export interface Shape<Body extends object = object> {
  readonly type: Class<Body>;
  readonly fields: ReadonlyMap<string, Field>;
}

/**
 * The shape of a class, compiled once at the start. Throws an error of one sentence if the class cannot work, or if
 * `only` is given and the class has another property. A class may nest itself.
 */
export function shapeOf<Body extends object>(type: Class<Body>, only?: string): Shape<Body> {
  const { fields } = compiled(type, new Map());
  if (only !== undefined) assertHasOnly(type, [...fields.keys()], only);
  return { type, fields };
}

function compiled(type: Class, shapes: Map<Class, Shape>): Shape {
  const known = shapes.get(type);
  if (known !== undefined) return known;
  const fields = new Map<string, Field>();
  const shape = { type, fields };
  shapes.set(type, shape);
  const noted = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  assertFit(type, noted);
  for (const [name, rules] of byProperty(noted)) {
    const nestedType = nestedTypeOf(type, rules);
    const nested = nestedType && { shape: compiled(nestedType.type, shapes), each: nestedType.each };
    fields.set(name, { ...fieldOf(name, rules), nested });
  }
  return shape;
}

function nestedTypeOf(type: Class, noted: readonly Noted[]): { type: Class; each: boolean } | undefined {
  const nested = noted.find((rule) => rule.type === ValidationTypes.NESTED_VALIDATION);
  const typed = nested && defaultMetadataStorage.findTypeMetadata(type, nested.propertyName);
  return typed && { type: typed.typeFunction() as Class, each: nested.each };
}

const isCondition = (constraint: unknown): constraint is Condition => typeof constraint === 'function';

const FIRST: readonly string[] = [IS_DEFINED, IS_ARRAY, ARRAY_NOT_EMPTY, ARRAY_MIN_SIZE, ARRAY_MAX_SIZE];

function fieldOf(name: string, noted: readonly Noted[]): Omit<Field, 'nested'> {
  const conditions = noted
    .filter(({ type }) => type === ValidationTypes.CONDITIONAL_VALIDATION)
    .flatMap(({ constraints = [] }) => constraints.slice(0, 1).filter(isCondition));
  // Decorators are noted from the last to the first.
  const rules = noted.toReversed().flatMap(rulesOf);
  const isFirst = (rule: Rule): boolean => !rule.each && FIRST.includes(rule.name);
  const whole = rules.filter(({ each }) => !each);
  return {
    name,
    pointer: pointerTo(name),
    conditions,
    first: whole.filter(isFirst).sort((a, b) => FIRST.indexOf(a.name) - FIRST.indexOf(b.name)),
    rules: whole.filter((rule) => !isFirst(rule)),
    eachRules: rules.filter(({ each }) => each),
  };
}
