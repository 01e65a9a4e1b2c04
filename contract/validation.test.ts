import {
  IsArray,
  IsNumber,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  Min,
  ValidateNested,
  validateSync,
} from 'class-validator';
import { Rules } from './rules';
import { ValidBody } from './validation';

class Order {
  @IsOptional()
  @IsUUID('all')
  readonly id?: string;

  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(1)
  @Max(10)
  readonly amount: number;
}

class Basket {
  @IsString({ each: true })
  readonly names: string[];
}

class Shelf {
  @IsArray()
  @ValidateNested()
  readonly orders: Order[];
}

const UUID = '0198c0de-0000-7000-8000-000000000001';
const VALUES = [undefined, null, 0, 1, 10, 10.5, -1, NaN, Infinity, '1', '', UUID, UUID.slice(1), true, [], [1], {}];

test('the rules of a type hold exactly where class-validator finds nothing', () => {
  const rules = new Rules(Order);
  const found = VALUES.flatMap((id) =>
    VALUES.map((amount) => {
      const body = Object.assign(new Order(), { id, amount });
      expect({ id, amount, holds: rules.allHold(body) }).toEqual({
        id,
        amount,
        holds: validateSync(body).length === 0,
      });
      return rules.allHold(body);
    }),
  );
  expect(found.filter(Boolean)).toHaveLength(6);
});

test('what kinds of rules it does not know is left to class-validator', () => {
  const basket = Object.assign(new Basket(), { names: ['one'] });
  expect(validateSync(basket)).toEqual([]);
  expect(new Rules(Basket).allHold(basket)).toBe(false);
  const refused = (): Error => new Error('refused');
  expect(new ValidBody(Basket, refused).transform({ names: ['one'] })).toEqual(basket);
  expect(() => new ValidBody(Basket, refused).transform({ names: ['one', 2] })).toThrow('refused');
  expect(() => new ValidBody(Shelf, refused).transform({ orders: [{ amount: 0 }] })).toThrow('refused');
});

test('a valid body is an instance of its type; any other field is a fault', () => {
  const pipe = new ValidBody(Order, (faults) => new Error(JSON.stringify(faults)));
  expect(pipe.transform({ amount: 3 })).toBeInstanceOf(Order);
  const hostile = JSON.parse('{"amount":3,"__proto__":{"id":1},"toString":1}') as unknown;
  expect(() => pipe.transform(hostile)).toThrow('has unknown fields; it takes id and amount');
  expect(() => pipe.transform({ amount: 11 })).toThrow('/amount');
});
