import { TransformationType } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, IS_DATE, MAX_DATE, MIN_DATE, ValidationTypes } from 'class-validator';
import 'reflect-metadata';
import { byProperty, constraintsOf, type Noted, prototypeOf } from './rule';

type AnyClass = abstract new (...args: never) => unknown;

/** Declared types of what JSON has. `Object` stands for any union, interface or `unknown`. */
const JSON_TYPES: readonly unknown[] = [String, Number, Boolean, Object, Array, undefined];

const AS_JSON = 'declare it as JSON has it, such as a string with @IsISO8601().';

const NO_DATES = `JSON has no dates; ${AS_JSON}`;

const DATE_RULES: readonly string[] = [IS_DATE, MIN_DATE, MAX_DATE];

/** Throws an error of one sentence, which says what to do, if the rules of a class cannot check JSON bodies. */
export function assertFit(type: new () => object, noted: readonly Noted[]): void {
  if (noted.length === 0) {
    throw unfit(`${nameOf(type)} has no rule of class-validator; say what its properties must be, such as @IsInt().`);
  }
  for (const [property, rules] of byProperty(noted)) {
    const place = { type, property, name: `${nameOf(type)}.${property}` };
    assertOwn(place);
    for (const rule of rules) assertRuns(place, rule);
    assertNothingConverted(place);
    assertNested(place, rules);
  }
  assertNoDefaults(type);
}

/**
 * Throws if a property has a default: the object would have it, the message would not, and their hashes would differ.
 */
function assertNoDefaults(type: new () => object): void {
  for (const [property, value] of Object.entries(made(type))) {
    if (value !== undefined) throw unfit(`${nameOf(type)}.${property} has a default; fill it in the work.`);
  }
}

function made(type: new () => object): object {
  try {
    return new type();
  } catch (error) {
    throw unfit(`${nameOf(type)} cannot be made without arguments; give it no constructor.`, error);
  }
}

export function assertHasOnly(type: AnyClass, properties: readonly string[], only: string): void {
  if (properties.length === 1 && properties[0] === only) return;
  throw unfit(`${nameOf(type)} must have the one property ${only} with rules; it has ${properties.join(', ')}.`);
}

interface Property {
  readonly type: new () => object;
  readonly property: string;
  readonly name: string;
}

const unfit = (sentence: string, cause?: unknown): Error => new TypeError(sentence, { cause });

const nameOf = ({ name }: { readonly name: string }): string => name || 'A class without a name';

function assertOwn({ type, property, name }: Property): void {
  if (Reflect.has(prototypeOf(type), property)) {
    throw unfit(`${name} is a member of every object of its class already; give the property another name.`);
  }
}

function assertRuns({ name }: Property, rule: Noted): void {
  const { type, groups = [], constraintCls } = rule;
  if (groups.length > 0) {
    throw unfit(`${name} has a rule with validation groups, which are not used here; leave the groups out.`);
  }
  if (type === ValidationTypes.PROMISE_VALIDATION) {
    throw unfit(`${name} has @ValidatePromise(), and JSON has no promises; leave it out.`);
  }
  const constraints = constraintsOf(rule);
  if (constraintCls !== undefined && constraints.length === 0) {
    throw unfit(`${name} has a rule that would never run; give ${constraintCls.name} @ValidatorConstraint().`);
  }
  for (const { name: rule, async } of constraints) {
    if (async)
      throw unfit(`${name} has the asynchronous rule ${rule}; a rule has to answer at once: check it in the work.`);
    if (DATE_RULES.includes(rule)) throw unfit(`${name} has the rule ${rule}, and ${NO_DATES}`);
  }
}

function assertNothingConverted({ type, property, name }: Property): void {
  const changes: readonly unknown[] = [
    ...defaultMetadataStorage.findTransformMetadatas(type, property, TransformationType.PLAIN_TO_CLASS),
    defaultMetadataStorage.findExposeMetadata(type, property),
    defaultMetadataStorage.findExcludeMetadata(type, property),
  ];
  if (changes.some((change) => change !== undefined)) {
    throw unfit(`${name} has @Transform(), @Expose() or @Exclude(), and nothing is converted; leave it out.`);
  }
}

function assertNested(place: Property, rules: readonly Noted[]): void {
  const { type, property, name } = place;
  const declared: unknown = Reflect.getMetadata('design:type', prototypeOf(type), property);
  const nested = rules.find((rule) => rule.type === ValidationTypes.NESTED_VALIDATION);
  const typed = typeOf(place);
  if (nested === undefined) {
    assertPlain(name, declared, typed);
  } else if (typed === undefined) {
    throw unfit(`${name} has @ValidateNested() without @Type(); add one, such as @Type(() => Line).`);
  } else {
    assertAgrees({ name, declared, typed, each: nested.each });
  }
}

/** The class that `@Type` names, if there is one. */
function typeOf({ type, property, name }: Property): AnyClass | undefined {
  const noted = defaultMetadataStorage.findTypeMetadata(type, property);
  if (noted === undefined) return undefined;
  if (noted.options.discriminator !== undefined) {
    throw unfit(
      `${name} has a @Type() with a discriminator, which is not supported; give each kind a property of its own.`,
    );
  }
  const typed = namedBy(noted, name);
  if (!isClass(typed)) throw unfit(`${name} has a @Type() that names no class; name it, such as @Type(() => Line).`);
  if (isBuiltIn(typed)) throw unfit(`${name} has @Type(() => ${typed.name}), and nothing is converted; ${AS_JSON}`);
  return typed;
}

type TypeMetadata = NonNullable<ReturnType<typeof defaultMetadataStorage.findTypeMetadata>>;

function namedBy({ typeFunction }: TypeMetadata, name: string): unknown {
  try {
    return typeFunction();
  } catch (error) {
    throw unfit(`${name} has a @Type() that names a class that is not there yet; move that class up.`, error);
  }
}

/** Checks a property that nests nothing. */
function assertPlain(name: string, declared: unknown, typed: AnyClass | undefined): void {
  const named = typed ?? declared;
  if (JSON_TYPES.includes(named) || !isClass(named)) return;
  const { name: other } = named;
  if (hasRules(named)) {
    throw unfit(
      `${name} is of the class ${other}, whose rules need @ValidateNested() and @Type(() => ${other}) there; add them.`,
    );
  }
  throw unfit(`${name} is declared as ${other}, which is neither JSON nor a class with rules; ${AS_JSON}`);
}

interface Agreement {
  readonly name: string;
  readonly declared: unknown;
  readonly typed: AnyClass;
  readonly each: boolean;
}

/** Checks `@ValidateNested` and `@Type` against the declared type, as far as that is known at run time. */
function assertAgrees({ name, declared, typed, each }: Agreement): void {
  if (declared === Array && !each) throw unfit(`${name} is an array; write @ValidateNested({ each: true }).`);
  if (!isClass(declared) || declared === Object || declared === Array) return;
  if (each) throw unfit(`${name} is no array; write @ValidateNested() without each.`);
  if (typed !== declared && !(typed.prototype instanceof declared)) {
    throw unfit(`${name} is declared as ${declared.name} and has @Type(() => ${typed.name}); let both name one class.`);
  }
}

const isClass = (value: unknown): value is AnyClass => typeof value === 'function';

const isBuiltIn = (type: AnyClass): boolean => Reflect.get(globalThis, type.name) === type;

const hasRules = (type: AnyClass): boolean =>
  getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length > 0;
