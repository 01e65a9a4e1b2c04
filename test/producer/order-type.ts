import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { defineJob } from '../../contract/job-type';

class Item {
  @IsString()
  @Length(1, 20)
  readonly sku: string;

  @IsInt()
  @Min(1)
  @Max(1_000)
  readonly count: number;
}

class Address {
  @IsString()
  @Length(1, 80)
  readonly street: string;

  @IsIn(['de', 'fr'])
  readonly country: string;
}

class Order {
  @ValidateNested()
  @Type(() => Address)
  readonly address: Address;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  @Type(() => Item)
  readonly items: Item[];

  @IsOptional()
  @IsISO8601({ strict: true })
  readonly due?: string;
}

class OrderInput {
  @ValidateNested()
  @Type(() => Order)
  readonly input: Order;
}

class OrderResult {
  @IsString()
  readonly result: string;
}

class NumbersInput {
  @IsArray()
  @ArrayMaxSize(10_000)
  @IsInt({ each: true })
  readonly input: number[];
}

class CountResult {
  @IsInt()
  readonly result: number;
}

/** A type of the tests' own whose input nests. */
export const ORDER = defineJob({
  type: 'order',
  version: 3,
  input: OrderInput,
  result: OrderResult,
  policy: { sizeLimitBytes: 4 * 1_024 },
});

/** One whose input is an array, and which takes more than the others. */
export const NUMBERS = defineJob({
  type: 'numbers',
  input: NumbersInput,
  result: CountResult,
  policy: { sizeLimitBytes: 100 * 1_024 },
});

export const order = { address: { street: 'Main St 1', country: 'de' }, items: [{ sku: 'a-1', count: 2 }] };
