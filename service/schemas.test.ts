import { Type } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  Contains,
  Equals,
  IsArray,
  IsBoolean,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsIP,
  IsISO8601,
  IsNotEmpty,
  IsNotIn,
  IsNumber,
  IsObject,
  IsOptional,
  IsPositive,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import Fastify, { type FastifyInstance } from 'fastify';
import { read } from '../contract/reading';
import { type Class, shapeOf } from '../contract/shape';
import { schemaOf } from './schemas';

enum Fit {
  Cover = 'cover',
  Contain = 'contain',
}

enum Level {
  Low,
  High,
}

class Point {
  @IsNumber()
  @Min(-90)
  @Max(90)
  readonly x: number;

  @IsOptional()
  @IsPositive()
  readonly y?: number;
}

@JSONSchema({ description: 'Where and how large.' })
class Area {
  @Min(1)
  @IsInt()
  @JSONSchema({ description: 'In pixels.', example: 640 })
  readonly width: number;

  @ValidateNested()
  @Type(() => Point)
  @JSONSchema({ description: 'The middle.' })
  readonly at: Point;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => Area)
  @ArrayMaxSize(2)
  readonly within?: readonly Area[];
}

class Picture {
  @IsUUID()
  readonly id: string;

  @IsString()
  @MinLength(2)
  @MaxLength(4)
  readonly name: string;

  @Length(1, 3)
  readonly code: string;

  @Matches(/^[a-z]+$/)
  readonly slug: string;

  @Matches(/^x$/i)
  readonly anyCase: string;

  @Contains('a.b')
  readonly file: string;

  @IsNotEmpty()
  readonly title: string;

  @IsEmail()
  readonly mail: string;

  @IsISO8601()
  readonly taken: string;

  @IsIP()
  readonly from: string;

  @IsBoolean()
  readonly crop: boolean;

  @IsEnum(Fit)
  readonly fit: Fit;

  @IsEnum(Level)
  readonly level: Level;

  @IsIn([1, 'auto', null])
  readonly dpi: unknown;

  @IsOptional()
  @IsIn(['a', 'b'])
  readonly kind?: string;

  @IsNotIn(['gif'])
  readonly format: unknown;

  @Equals(2)
  readonly two: number;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsString({ each: true })
  readonly tags: readonly string[];

  @IsOptional()
  @IsInt()
  @Max(100)
  readonly quality?: number;

  @IsOptional()
  @IsObject()
  readonly more?: object;

  @Allow()
  readonly free: unknown;

  @ValidateIf(({ kind }: Picture) => kind === 'b')
  @IsString()
  readonly reason?: string;

  @ValidateNested()
  @Type(() => Area)
  readonly area: Area;

  @IsOptional()
  @ValidateNested()
  @Type(() => Point)
  readonly origin?: Point;
}

class PictureInput {
  @ValidateNested()
  @Type(() => Picture)
  readonly input: Picture;
}

function bodyOf(input: Class<PictureInput>): Class<PictureInput> {
  class Body extends input {
    @ValidateIf(({ group }: { group?: string }) => group !== undefined)
    @IsString()
    readonly group?: string;
  }
  return Body;
}

const AREA = { width: 3, at: { x: 1 } };
const PICTURE = {
  id: '018f4d3e-0000-7000-8000-000000000000',
  name: 'abc',
  code: 'a',
  slug: 'a',
  anyCase: 'X',
  file: 'xa.b',
  title: 't',
  mail: 'a@example.com',
  taken: '2026-11-28T09:00:00Z',
  from: '::1',
  crop: true,
  fit: 'cover',
  level: 1,
  dpi: 'auto',
  format: 'png',
  two: 2,
  tags: ['a'],
  area: AREA,
};

const BODY = bodyOf(PictureInput);
const SHAPE = shapeOf(BODY);
const { schema, components } = schemaOf(BODY, 'picture');

let fastify: FastifyInstance;
beforeAll(async () => {
  fastify = Fastify({
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, strict: false } },
  });
  // Its validator reads a newer JSON Schema, where an exclusive limit is a number.
  const text = JSON.stringify({ ...schema, components: { schemas: components } });
  const body = JSON.parse(text.replaceAll('"minimum":0,"exclusiveMinimum":true', '"exclusiveMinimum":0')) as object;
  fastify.post('/', { schema: { body } }, () => 'taken');
  await fastify.ready();
});
afterAll(() => fastify.close());

test.each<[string, unknown[], unknown[]]>([
  ['id', [PICTURE.id], ['1', 1, null, undefined]],
  ['name', ['ab', 'abcd'], ['a', 'abcde', null, undefined]],
  ['code', ['a', 'abc'], ['', 'abcd', 1, undefined]],
  ['slug', ['ab'], ['A', '', null, undefined]],
  ['anyCase', ['x', 'X'], [1, null, undefined]],
  ['file', ['a.b'], ['axb', 1, undefined]],
  ['title', ['t'], ['', null, undefined]],
  ['mail', ['b@example.com'], ['b', 1, undefined]],
  ['taken', ['2026-11-28', '2026-11-28T09:00:00+01:00'], ['tomorrow', 1, null, undefined]],
  ['from', ['127.0.0.1', '::1'], ['localhost', 1, undefined]],
  ['crop', [false], ['true', 0, null, undefined]],
  ['fit', ['contain'], ['other', null, undefined]],
  ['level', [0, 1, 'Low'], [2, '0', undefined]],
  ['dpi', [1, 'auto', null], [2, '1', undefined]],
  ['kind', ['a', null, undefined], ['c', 1]],
  ['format', ['png', 1, null, undefined], ['gif']],
  ['two', [2], ['2', 3, null, undefined]],
  ['tags', [['a', 'b']], [[], ['a', 'a'], ['a', 1], 'a', { 0: 'a' }, null, undefined]],
  ['quality', [1, 100, null, undefined], [101, 1.5, '1']],
  ['more', [{ x: { y: 1 } }, null, undefined], [[], 1, 'x']],
  ['free', [1, null, [{}], undefined], []],
  ['reason', ['x', undefined], []],
  [
    'origin',
    [{ x: 1, y: 0.5 }, { x: 1, y: null }, null, undefined],
    [{ x: 91 }, { x: 1, y: 0 }, { x: 1, z: 1 }, {}, [], 1],
  ],
  [
    'area',
    [AREA, { ...AREA, within: [AREA, { ...AREA, within: [AREA] }] }, { ...AREA, within: null }],
    [
      { ...AREA, width: 0 },
      { ...AREA, width: 1.5 },
      { ...AREA, within: [AREA, AREA, AREA] },
      { ...AREA, within: [{ ...AREA, at: 1 }] },
      { ...AREA, x: 1 },
      null,
      undefined,
    ],
  ],
  ['unknown', [undefined], [1, null]],
])('of %s the schema takes what the rules take', async (name, good, bad) => {
  for (const value of [...good, ...bad]) {
    const body = { input: { ...PICTURE, [name]: value } };
    const byRules = read(SHAPE, JSON.parse(JSON.stringify(body))).faults;
    expect(byRules.length === 0).toBe(good.includes(value));
    const { statusCode, body: said } = await fastify.inject({ method: 'POST', url: '/', payload: body });
    expect([value, statusCode, said]).toEqual([value, good.includes(value) ? 200 : 400, expect.any(String)]);
  }
});

test('each nested class is a component, which says what its properties are', () => {
  expect(schema.properties).toEqual({ group: { type: 'string' }, input: { allOf: [refTo('Picture')] } });
  expect(schema).toMatchObject({ required: ['input'], additionalProperties: false });
  expect(Object.keys(components).sort()).toEqual(['picture.Area', 'picture.Picture', 'picture.Point']);
  expect(components['picture.Picture']?.properties).toMatchObject({
    quality: { type: 'integer', maximum: 100, nullable: true },
    tags: { type: 'array', items: { type: 'string' }, minItems: 1, uniqueItems: true },
    kind: { type: 'string', enum: ['a', 'b', null], nullable: true },
  });
  expect(components['picture.Area']).toEqual({
    type: 'object',
    description: 'Where and how large.',
    properties: {
      width: { type: 'integer', minimum: 1, description: 'In pixels.', example: 640 },
      at: { allOf: [refTo('Point')], description: 'The middle.' },
      within: { type: 'array', items: refTo('Area'), maxItems: 2, nullable: true },
    },
    required: ['width', 'at'],
    additionalProperties: false,
  });
});

const refTo = (name: string): object => ({ $ref: `#/components/schemas/picture.${name}` });

test('classes of one name are components of their own', () => {
  const [First, Second] = [Point, Area].map((nested) => {
    class Same {
      readonly inner: object;
    }
    ValidateNested()(Same.prototype, 'inner');
    Type(() => nested)(Same.prototype, 'inner');
    return Same;
  });
  class Pair {
    @ValidateNested()
    @Type(() => First as Class)
    readonly first: object;

    @ValidateNested()
    @Type(() => Second as Class)
    readonly second: object;
  }
  const { schema, components } = schemaOf(Pair);
  expect(JSON.stringify(schema.properties)).toMatch(/Pair\.Same".*Pair\.Same-2"/);
  expect(JSON.stringify(components['Pair.Same'])).toContain('Pair.Point');
  expect(JSON.stringify(components['Pair.Same-2'])).toContain('Pair.Area');
});
