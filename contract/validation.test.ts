import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsPositive,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { type Fault } from './fault';
import { ValidBody } from './validation';

class Price {
  @IsPositive()
  readonly amount: number;

  @IsIn(['EUR', 'USD'])
  readonly currency: string;
}

class Line {
  @IsString()
  @Matches(/^[a-z-]+$/, { message: '"$value" of $property is not a SKU' })
  readonly sku: string;

  @ValidateNested()
  @Type(() => Price)
  readonly price: Price;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Line)
  @ArrayMaxSize(20_000)
  readonly parts?: readonly Line[];
}

class Order {
  @IsOptional()
  @IsUUID('all')
  readonly id?: string;

  @IsISO8601()
  readonly at: string;

  @IsArray()
  @ArrayMaxSize(10_001)
  @IsString({ each: true })
  @Length(1, 8, { each: true })
  readonly 'tags/~': readonly string[];

  @ValidateNested({ each: true })
  @Type(() => Line)
  @ArrayUnique(({ sku }: Line) => sku)
  readonly lines: readonly Line[];

  @IsOptional()
  @IsObject()
  readonly free?: object;

  @ValidateIf(({ id }: Order) => id !== undefined)
  @ValidateNested()
  @Type(() => Price)
  readonly total?: Price;
}

class OrderInput {
  @ValidateNested()
  @Type(() => Order)
  readonly input: Order;
}

/** As the producer makes its bodies. */
class OrderBody extends OrderInput {
  @ValidateIf(({ group }: OrderBody) => group !== undefined)
  @IsString()
  readonly group?: string;
}

class Refused extends Error {
  constructor(readonly faults: readonly Fault[]) {
    super('refused');
  }
}

const PIPE = new ValidBody(OrderBody, (faults) => new Refused(faults));

function faultsOf(body: unknown): string[] {
  try {
    PIPE.transform(body);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
  }
  return [];
}

const PRICE = { amount: 3, currency: 'EUR' };
const LINE = { sku: 'cup', price: PRICE };
const ORDER = { at: '2026-11-28T09:00:00Z', 'tags/~': ['a', 'b'], lines: [LINE, { sku: 'pot', price: PRICE }] };

test('a valid body is made of instances, and nothing in it is converted', () => {
  const free = { at: '2026-11-28', constructor: 1, toString: { deep: [null] } };
  const sent = { group: 'g', input: { ...ORDER, lines: [{ ...LINE, parts: [LINE] }], free } };
  const body = PIPE.transform(JSON.parse(JSON.stringify(sent)));
  expect(JSON.parse(JSON.stringify(body))).toEqual(sent);
  expect(body).toBeInstanceOf(OrderBody);
  expect(body.input).toBeInstanceOf(Order);
  expect(body.input.lines[0]?.parts?.[0]?.price).toBeInstanceOf(Price);
  expect(typeof body.input.at).toBe('string');
});

const NO_OBJECT = 'must be a JSON object';
const LINE_FIELDS = 'has unknown fields; it takes sku and price and parts';

test.each<[string, unknown, string[]]>([
  ['an optional field may be absent', ORDER, []],
  ['or null', { ...ORDER, free: null, id: null }, ['/input/total must be a JSON object']],
  ['no object', 3, [`/input ${NO_OBJECT}`]],
  ['an array instead of an object', [ORDER], [`/input ${NO_OBJECT}`]],
  ['null instead of an object', null, [`/input ${NO_OBJECT}`]],
  ['an absent object', undefined, [`/input ${NO_OBJECT}`]],
  ['an absent array', { ...ORDER, lines: undefined }, ['/input/lines must be a JSON array']],
  ['an object instead of an array', { ...ORDER, lines: LINE }, ['/input/lines must be a JSON array']],
  ['objects by number instead of an array', { ...ORDER, lines: { 0: LINE } }, ['/input/lines must be a JSON array']],
  ['a string instead of strings', { ...ORDER, 'tags/~': 'a' }, ['/input/tags~1~0 must be an array']],
  [
    'elements that are no strings, or too long',
    { ...ORDER, 'tags/~': ['a', 1, 'b', null, 'much-too-long', ['a']] },
    [1, 3, 5]
      .map((at) => `/input/tags~1~0/${at} must be a string`)
      .toSpliced(2, 0, '/input/tags~1~0/4 must be 1 to 8 characters long'),
  ],
  [
    'elements that are no objects',
    { ...ORDER, lines: [LINE, 'pot', null, [LINE]] },
    [1, 2, 3].map((at) => `/input/lines/${at} ${NO_OBJECT}`),
  ],
  [
    'a fault in an element',
    { ...ORDER, lines: [LINE, { sku: 'pot', price: { amount: '3', currency: 'secret' } }] },
    [
      '/input/lines/1/price/amount must be a positive number',
      '/input/lines/1/price/currency must be one of the following values: EUR, USD',
    ],
  ],
  [
    'a message with the value',
    { ...ORDER, lines: [{ sku: 'SECRET', price: PRICE }] },
    ['/input/lines/0/sku "this value" of sku is not a SKU'],
  ],
  [
    'a fault five deep',
    { ...ORDER, lines: [{ ...LINE, parts: [LINE, { ...LINE, parts: [{ ...LINE, price: 1 }] }] }] },
    [`/input/lines/0/parts/1/parts/0/price ${NO_OBJECT}`],
  ],
  ['an unknown field', { ...ORDER, lines: [{ ...LINE, secret: 1 }] }, [`/input/lines/0 ${LINE_FIELDS}`]],
  [
    'elements that are not unique',
    { ...ORDER, lines: [LINE, LINE] },
    ["/input/lines All lines's elements must be unique"],
  ],
  [
    'a condition that is met',
    { ...ORDER, id: '018f4d3e-0000-7000-8000-000000000000', total: { ...PRICE, x: 1 } },
    ['/input/total has unknown fields; it takes amount and currency'],
  ],
  ['no date', { ...ORDER, at: 'tomorrow' }, ['/input/at must be a valid ISO 8601 date string']],
])('%s', (_, input, faults) => {
  expect(faultsOf({ input })).toEqual(faults);
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
  'an own field %s is unknown at any depth, and changes nothing',
  (name) => {
    const text = JSON.stringify({ input: { ...ORDER, lines: [{ ...LINE, parts: [{ ...LINE, EVIL: 1 }] }] } });
    const evil = (inner: string): unknown =>
      JSON.parse(inner.replace('"EVIL":1', `"${name}":{"sku":"x","polluted":1}`));
    expect(faultsOf(evil(text))).toEqual([`/input/lines/0/parts/0 ${LINE_FIELDS}`]);
    expect(faultsOf(evil(`{"EVIL":1,"input":${JSON.stringify(ORDER)}}`))).toEqual([
      ' has unknown fields; it takes group and input',
    ]);
    expect(faultsOf(evil(`{"input":{"EVIL":1}}`)).at(-1)).toMatch(/^\/input has unknown fields/);
    expect({}).not.toHaveProperty('polluted');
  },
);

test('__proto__ is refused where no rule looks, at any depth', () => {
  const free = JSON.parse('{"a":[{"b":{"__proto__":{"polluted":1}}}]}') as unknown;
  expect(faultsOf({ input: { ...ORDER, free } })).toEqual(['/input/free/a/0/b has a field __proto__ in it']);
  expect(faultsOf({ input: { ...ORDER, total: free } })).toEqual(['/input/total/a/0/b has a field __proto__ in it']);
});

test.each<[string, object]>([
  ['lines', { lines: Array(10_000).fill({ sku: 1, price: { amount: 0 } }) }],
  ['parts', { lines: [{ ...LINE, parts: Array(10_000).fill({ x: 1 }) }] }],
  ['tags', { 'tags/~': Array(10_000).fill(1) }],
])('of 10,000 bad %s ten faults are named', (_, bad) => {
  expect(faultsOf({ input: { ...ORDER, ...bad } })).toHaveLength(10);
});

test('an array that is too long is one fault, and its elements are not looked at', () => {
  const parts = Array(20_001).fill(LINE);
  expect(faultsOf({ input: { ...ORDER, lines: [{ ...LINE, parts }] } })).toEqual([
    '/input/lines/0/parts must contain no more than 20000 elements',
  ]);
});

class Done {
  @IsInt()
  @Max(10)
  readonly result: number;
}

test('a result is held against its class like a body', () => {
  const pipe = new ValidBody(Done, (faults) => new Refused(faults));
  expect(pipe.transform({ result: 3, unset: undefined })).toEqual({ result: 3 });
  expect(() => pipe.transform({ result: 11 })).toThrow(Refused);
  expect(() => pipe.transform({ result: 3n })).toThrow(Refused);
});

class Worded {
  @IsInt({ message: ({ value }) => `${String(value)} is no integer` })
  readonly reads: number;

  @Max(10, { message: '$target.$property takes up to $constraint1, not $value or $constraint2' })
  readonly tokens: number;

  @Length(2, 4)
  readonly both: string;

  @Length(2)
  readonly least: string;

  @IsIn(['$&', '$1'])
  readonly dollars: string;

  @Max(10, { validateIf: ({ both }: Worded) => both === 'strict' })
  readonly sometimes: number;

  @IsString()
  @Matches(/^a/)
  @Length(1, 2)
  readonly first: string;
}

test('what would be right is said without what was sent', () => {
  const pipe = new ValidBody(Worded, (faults) => new Refused(faults));
  const bad = {
    reads: 's3cret',
    tokens: 's3cret',
    both: 's3cret',
    least: '',
    dollars: 's3cret',
    sometimes: 11,
    first: 1,
  };
  const said = (body: object): Record<string, string> => {
    try {
      pipe.transform(body);
    } catch (error) {
      return Object.fromEntries((error as Refused).faults.map(({ pointer, detail }) => [pointer, detail]));
    }
    return {};
  };
  expect(said(bad)).toEqual({
    '/reads': 'is not valid',
    '/tokens': 'Worded.tokens takes up to 10, not this value or $constraint2',
    '/both': 'must be 2 to 4 characters long',
    '/least': 'must be at least 2 characters long',
    '/dollars': 'must be one of the following values: $&, $1',
    '/first': 'must be a string',
  });
  expect(said({ ...bad, both: 'strict' })['/sometimes']).toBe('must not be greater than 10');
  expect(said({ ...bad, first: 'bcd' })['/first']).toBe('must match /^a/ regular expression');
});
