import { IsInt, IsOptional, IsUUID, Max } from 'class-validator';
import { ValidBody } from './validation';

class Order {
  @IsOptional()
  @IsUUID('all')
  readonly id?: string;

  @IsInt()
  @Max(10)
  readonly amount: number;
}

test('a valid body is an instance of its type; any other field is a fault', () => {
  const pipe = new ValidBody(Order, (faults) => new Error(JSON.stringify(faults)));
  expect(pipe.transform({ amount: 3 })).toBeInstanceOf(Order);
  const hostile = JSON.parse('{"amount":3,"__proto__":{"id":1},"toString":1}') as unknown;
  expect(() => pipe.transform(hostile)).toThrow('has unknown fields; it takes id and amount');
  expect(() => pipe.transform({ amount: 11 })).toThrow('/amount');
});
