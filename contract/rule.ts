import { getMetadataStorage, IS_LENGTH, type MetadataStorage, type ValidationArguments } from 'class-validator';

type Metadata = ReturnType<MetadataStorage['getTargetValidationMetadatas']>[number];

/** What a decorator of class-validator noted; its own type leaves out what may be missing. */
export type Noted = Omit<Metadata, 'constraintCls' | 'constraints' | 'groups'> & {
  readonly constraintCls: Metadata['constraintCls'] | undefined;
  readonly constraints: unknown[] | undefined;
  readonly groups: readonly string[] | undefined;
};

/** The prototype of a class; by its own type it may be anything. */
export const prototypeOf = ({ prototype }: { readonly prototype: object }): object => prototype;

/** The rules of each property; its own before those that it inherits. */
export function byProperty(noted: readonly Noted[]): ReadonlyMap<string, readonly Noted[]> {
  const properties = new Map<string, Noted[]>();
  for (const rule of noted) properties.set(rule.propertyName, [...(properties.get(rule.propertyName) ?? []), rule]);
  return properties;
}

/** Whether a property's rules apply, given the object and the value. */
export type Condition = (object: object, value: unknown) => boolean;

/** A rule of class-validator, ready to run. */
export interface Rule {
  readonly name: string;
  /** The rule is for each element of an array, not for the array. */
  readonly each: boolean;
  /** What would be right. */
  readonly detail: string;
  readonly holds: (object: object, value: unknown) => boolean;
}

/** The detail of a rule that does not say what would be right. */
export const NOT_VALID = 'is not valid';

/** What class-validator knows of the classes that a rule runs. */
export const constraintsOf = ({
  constraintCls,
}: Noted): ReturnType<MetadataStorage['getTargetValidatorConstraints']> =>
  constraintCls === undefined ? [] : getMetadataStorage().getTargetValidatorConstraints(constraintCls);

/** The rules that a decorator stands for: one, or none. */
export function rulesOf(noted: Noted): Rule[] {
  return constraintsOf(noted).map(({ name, instance }) => {
    const { propertyName: property, constraints = [], validateIf, each } = noted;
    const targetName = targetNameOf(noted);
    return {
      name,
      each,
      detail: detailOf(noted, name, instance.defaultMessage?.bind(instance)),
      holds(object, value) {
        const held = answered(() => {
          if (validateIf !== undefined && !validateIf(object, value)) return true;
          return instance.validate(value, { targetName, property, object, value, constraints });
        });
        if (typeof held === 'boolean') return held;
        if (isPromise(held)) throw promised(held, `The rule ${name} of ${targetName}.${property}`);
        return Boolean(held);
      },
    };
  });
}

/** Runs a rule. If a team's own rule throws, the value is invalid. */
function answered(ask: () => unknown): unknown {
  try {
    return ask();
  } catch {
    return false;
  }
}

const targetNameOf = ({ target }: Noted): string => (typeof target === 'string' ? target : target.name);

const isPromise = (held: unknown): held is PromiseLike<unknown> =>
  typeof held === 'object' && held !== null && 'then' in held;

/** The error for a rule that is asynchronous without having said so. */
function promised(held: PromiseLike<unknown>, rule: string): Error {
  held.then(undefined, () => undefined);
  return new TypeError(`${rule} answers with a promise; a rule has to answer at once.`);
}

type Message = (args: ValidationArguments) => string;

/**
 * What would be right. It is made once, without a value, so that no message can repeat what was sent. If it begins with
 * the property's name, that is cut off: the pointer says where.
 */
function detailOf(noted: Noted, name: string, defaultMessage: Message | undefined): string {
  const constraints: readonly unknown[] = noted.constraints ?? [];
  const text = noted.message || (name === IS_LENGTH ? lengthOf(constraints) : (defaultMessage ?? ''));
  const filled = (typeof text === 'function' ? withoutValue(text, noted) : text)
    .replace(/^(each value in )?(nested property )?\$property (?=\S)/, '')
    .replace(/\$constraint(\d+)/g, (token, n: string) =>
      Number(n) <= constraints.length ? shown(constraints[Number(n) - 1]) : token,
    )
    .replaceAll('$value', 'this value')
    .replaceAll('$property', () => noted.propertyName)
    .replaceAll('$target', () => targetNameOf(noted));
  return filled || NOT_VALID;
}

const shown = (constraint: unknown): string => (Array.isArray(constraint) ? constraint.join(', ') : String(constraint));

/** The detail of a length. The default message needs the value to say which of the two limits it misses. */
function lengthOf([min, max]: readonly unknown[]): string {
  return `must be ${max === undefined ? `at least ${shown(min)}` : `${shown(min)} to ${shown(max)}`} characters long`;
}

/** The message, unless it needs the value. */
function withoutValue(message: Message, noted: Noted): string {
  const get = (): never => {
    throw new TypeError('What was sent is never repeated.');
  };
  const args = { property: noted.propertyName, targetName: targetNameOf(noted), constraints: noted.constraints };
  try {
    return message(Object.defineProperties(args, { value: { get }, object: { get } }) as ValidationArguments);
  } catch {
    return '';
  }
}
