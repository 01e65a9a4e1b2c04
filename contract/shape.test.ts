import { Exclude, Expose, Transform, Type } from 'class-transformer';
import {
  Allow,
  IsArray,
  IsDate,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  registerDecorator,
  Validate,
  ValidateNested,
  ValidatePromise,
} from 'class-validator';
import { read } from './reading';
import { type Class, shapeOf } from './shape';

class Size {
  @IsInt()
  readonly width: number;
}

class Bare {
  readonly width: number;
}

class NeverRuns {
  validate(): boolean {
    return true;
  }
}

const Asynchronous = (async: boolean): PropertyDecorator =>
  ((target: object, propertyName: string) => {
    const validator = { validate: () => Promise.resolve(true) };
    registerDecorator({ name: 'isFree', async, target: target.constructor, propertyName, validator });
  }) as PropertyDecorator;

/** A class with one property that has these decorators, declared as `declared`. */
function classWith(declared: unknown, ...decorators: PropertyDecorator[]): Class {
  class Input {
    readonly input: unknown;
  }
  Reflect.defineMetadata('design:type', declared, Input.prototype, 'input');
  for (const decorate of decorators.toReversed()) decorate(Input.prototype, 'input');
  return Input;
}

const NESTED = ValidateNested();
const NESTED_EACH = ValidateNested({ each: true });
const SIZE = Type(() => Size);
const NOT_YET = Type(() => {
  throw new ReferenceError("Cannot access 'Size' before initialization");
});

test.each<[Class, string]>([
  [
    classWith(Size, IsObject()),
    'Input.input is of the class Size, whose rules need @ValidateNested() and @Type(() => Size) there',
  ],
  [classWith(Array, IsArray(), SIZE), 'Input.input is of the class Size, whose rules need @ValidateNested()'],
  [classWith(Object, NESTED), 'Input.input has @ValidateNested() without @Type()'],
  [classWith(Date, IsString()), 'Input.input is declared as Date, which is neither JSON nor a class with rules'],
  [classWith(Map, Allow()), 'Input.input is declared as Map, which is neither JSON'],
  [classWith(Bare, IsObject()), 'Input.input is declared as Bare, which is neither JSON nor a class with rules'],
  [classWith(Object, IsDate()), 'Input.input has the rule isDate, and JSON has no dates'],
  ...[Date, String, Number, Boolean, Object, Array, Map].flatMap((type): [Class, string][] => [
    [
      classWith(
        Object,
        NESTED,
        Type(() => type),
      ),
      `Input.input has @Type(() => ${type.name}), and nothing is converted`,
    ],
    [
      classWith(
        Object,
        IsInt(),
        Type(() => type),
      ),
      `Input.input has @Type(() => ${type.name}), and nothing is converted`,
    ],
  ]),
  [
    classWith(
      Object,
      NESTED,
      Type(() => undefined as never),
    ),
    'Input.input has a @Type() that names no class',
  ],
  [classWith(Object, NESTED, NOT_YET), 'Input.input has a @Type() that names a class that is not there yet'],
  [
    classWith(
      Object,
      NESTED,
      Type(() => Size, { discriminator: { property: 'kind', subTypes: [] } }),
    ),
    'Input.input has a @Type() with a discriminator, which is not supported',
  ],
  [
    classWith(
      Bare,
      NESTED,
      Type(() => Bare),
    ),
    'Bare has no rule of class-validator',
  ],
  [classWith(Bare), 'Input has no rule of class-validator'],
  [classWith(Array, NESTED, SIZE), 'Input.input is an array; write @ValidateNested({ each: true })'],
  [classWith(Size, NESTED_EACH, SIZE), 'Input.input is no array; write @ValidateNested() without each'],
  [
    classWith(
      Size,
      NESTED,
      Type(() => Bare),
    ),
    'Input.input is declared as Size and has @Type(() => Bare)',
  ],
  [classWith(Number, IsInt({ groups: ['a'] })), 'Input.input has a rule with validation groups'],
  [classWith(Number, Asynchronous(true)), 'Input.input has the asynchronous rule isFree'],
  [classWith(Promise, ValidatePromise()), 'Input.input has @ValidatePromise()'],
  [
    classWith(Number, Validate(NeverRuns)),
    'Input.input has a rule that would never run; give NeverRuns @ValidatorConstraint()',
  ],
  ...[Transform(() => 1), Expose(), Exclude()].map((decorator): [Class, string] => [
    classWith(Number, IsInt(), decorator),
    'Input.input has @Transform(), @Expose() or @Exclude(), and nothing is converted',
  ]),
])('%p is refused: %s', (type, sentence) => {
  expect(() => shapeOf(type)).toThrow(sentence);
  expect(() => shapeOf(type)).toThrow(/^[^\n]+\.$/);
});

test.each(['constructor', 'toString', '__proto__'])('a property cannot be named %s', (property) => {
  class Input {
    readonly input: unknown;
  }
  IsInt()(Input.prototype, property);
  expect(() => shapeOf(Input)).toThrow(`Input.${property} is a member of every object`);
});

test('a class that cannot be made without arguments, or has a fault in a class that it nests, is refused', () => {
  class Needy extends Size {
    readonly area: number;
    constructor({ area }: { area: number }) {
      super();
      this.area = area;
    }
  }
  expect(() => shapeOf(Needy as unknown as Class)).toThrow('Needy cannot be made without arguments');
  const outer = classWith(
    Object,
    NESTED,
    Type(() => classWith(Object, NESTED)),
  );
  expect(() => shapeOf(outer)).toThrow('Input.input has @ValidateNested() without @Type()');
});

test('a default is refused, in a class that is nested as well', () => {
  class Guest {
    @IsOptional()
    @IsString()
    readonly language?: string = 'en';
  }
  const outer = classWith(
    Object,
    NESTED,
    Type(() => Guest),
  );
  for (const type of [Guest, outer]) {
    expect(() => shapeOf(type)).toThrow('Guest.language has a default; fill it in the work.');
  }
});

class SizeInput {
  @ValidateNested()
  @Type(() => Size)
  readonly input: Size;
}

class SizeBody extends SizeInput {
  @IsOptional()
  @IsString()
  readonly group?: string;
}

test('the class of an input has the property input, and no other', () => {
  expect([...shapeOf(SizeInput, 'input').fields.keys()]).toEqual(['input']);
  expect(() => shapeOf(SizeInput, 'result')).toThrow(
    'SizeInput must have the one property result with rules; it has input.',
  );
  expect(() => shapeOf(SizeBody, 'input')).toThrow('it has group, input.');
});

test('rules are inherited', () => {
  const shape = shapeOf(SizeBody);
  expect(read(shape, { group: 'a', input: { width: 1 } })).toEqual({
    body: { group: 'a', input: { width: 1 } },
    faults: [],
  });
  expect(read(shape, { input: { width: 'a' } }).faults.map(({ pointer }) => pointer)).toEqual(['/input/width']);
});

class Tree {
  @IsInt()
  readonly value: number;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Tree)
  readonly branches?: readonly Tree[];

  @IsOptional()
  @ValidateNested()
  @Type(() => Forest)
  readonly within?: object;
}

class Forest {
  @ValidateNested({ each: true })
  @Type(() => Tree)
  readonly trees: readonly Tree[];
}

test('classes may nest themselves and each other, as deep as the data goes', () => {
  const deep = (depth: number, value: unknown): object =>
    depth === 0 ? { value } : { value: 1, branches: [{ value: 2 }], within: { trees: [deep(depth - 1, value)] } };
  const shape = shapeOf(Tree);
  expect(read(shape, deep(49, 1)).faults).toEqual([]);
  expect(read(shape, deep(3, 'a')).faults).toEqual([
    { pointer: '/within/trees/0'.repeat(3) + '/value', detail: 'must be an integer number' },
  ]);
});

test('what nests itself without an end is at fault', () => {
  const tree = { value: 1, within: { trees: [] as object[] } };
  tree.within.trees.push(tree);
  expect(read(shapeOf(Tree), tree).faults).toEqual([
    { pointer: '/within/trees/0'.repeat(50), detail: 'nests deeper than 100' },
  ]);
  const free: { self?: object } = {};
  free.self = free;
  expect(read(shapeOf(classWith(Object, IsObject())), { input: free }).faults).toEqual([
    { pointer: '/input', detail: 'nests deeper than 100' },
  ]);
});

test('a rule that answers with a promise without having said so is no pass', () => {
  const shape = shapeOf(classWith(Number, Asynchronous(false)));
  expect(() => read(shape, { input: 1 })).toThrow('The rule isFree of Input.input answers with a promise');
});
