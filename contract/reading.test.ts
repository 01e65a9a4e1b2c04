import { Allow, IsArray, IsInt, IsOptional, IsString, Min, registerDecorator, ValidateIf } from 'class-validator';
import { type Fault } from './fault';
import { read } from './reading';
import { shapeOf } from './shape';

class Numbers {
  @Allow()
  readonly free: unknown;

  @IsOptional()
  @Min(1)
  readonly least?: number;

  @IsOptional()
  @IsArray()
  @Min(1, { each: true })
  readonly each?: readonly number[];

  @IsOptional()
  @IsInt()
  readonly whole?: number;
}

const faultsOf = (value: unknown): readonly Fault[] => read(shapeOf(Numbers), value).faults;

const FINITE = 'must be a finite number';

test.each([
  ['{"free":1e999}', [{ pointer: '/free', detail: FINITE }]],
  ['{"free":{"a/b":[1,{"c":-1e999}]}}', [{ pointer: '/free/a~1b/1/c', detail: FINITE }]],
  ['{"least":1e999}', [{ pointer: '/least', detail: FINITE }]],
  ['{"each":[1,1e999,0]}', [1, 2].map((at) => expect.objectContaining({ pointer: `/each/${at}` }) as unknown)],
  ['{"whole":1e999}', [{ pointer: '/whole', detail: 'must be an integer number' }]],
  ['{"free":{"a":[1e308,-0,null,"1e999"]},"least":1,"each":[1]}', []],
])('of %s each number that JSON cannot write is a fault', (text, faults) => {
  expect(faultsOf(JSON.parse(text))).toEqual(faults);
});

test('the place of a fault is short, whatever its names', () => {
  expect(faultsOf({ free: { ['a'.repeat(10_000)]: Infinity } })).toEqual([{ pointer: '/free', detail: FINITE }]);
});

test('what an object is written as by its toJSON is not looked for in its properties', () => {
  expect(faultsOf({ free: { a: { hidden: Infinity, toJSON: () => 1 } } })).toEqual([]);
});

test('an object that is held twice at each level is looked at once for each depth', () => {
  let looks = 0;
  const ownKeys = (target: object): (string | symbol)[] => {
    looks += 1;
    return Reflect.ownKeys(target);
  };
  let free: object = new Proxy({ a: 1 }, { ownKeys });
  for (let level = 0; level < 20; level += 1) free = [free, { in: free }];
  expect(faultsOf({ free })).toEqual([]);
  expect(looks).toBeLessThan(50);
});

const Throws: PropertyDecorator = (target, property) => {
  const validate = (value: { mode: { length: number } }): boolean => value.mode.length > 0;
  registerDecorator({ target: target.constructor, propertyName: String(property), validator: { validate } });
};

class Conditional {
  @IsOptional()
  readonly options?: { readonly mode?: string };

  @ValidateIf(({ options }: Conditional) => (options as { mode?: string }).mode !== undefined)
  @IsString()
  readonly file?: string;

  @IsOptional()
  @Throws
  readonly custom?: unknown;

  @IsOptional()
  @IsString({ validateIf: (_, value: string) => value.length > 0 })
  readonly text?: unknown;
}

test.each<[object, string[]]>([
  [{ options: {} }, []],
  [{ options: { mode: 'a' }, file: 'b', custom: { mode: 'c' } }, []],
  [{}, ['/file is not valid']],
  [{ options: null, file: 'b' }, ['/file is not valid']],
  [{ options: {}, custom: {} }, ['/custom is not valid']],
  [
    { options: {}, text: Object.create(null, { length: { get: () => BigInt('a') } }) as unknown },
    ['/text must be a string'],
  ],
])('a rule or a condition that throws on %j is broken', (value, faults) => {
  expect(read(shapeOf(Conditional), value).faults.map(({ pointer, detail }) => `${pointer} ${detail}`)).toEqual(faults);
});
