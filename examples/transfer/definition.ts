import { Type } from 'class-transformer';
import { IsInt, IsString, Length, Min, ValidateNested } from 'class-validator';
import { defineJob } from '../../contract/job-type';

export class Order {
  @IsString()
  @Length(1, 64)
  readonly from: string;

  @IsString()
  @Length(1, 64)
  readonly to: string;

  /** In cents. */
  @IsInt()
  @Min(1)
  readonly amount: number;
}

class TransferInput {
  @ValidateNested()
  @Type(() => Order)
  readonly input: Order;
}

class TransferResult {
  /** What was moved, in cents. */
  @IsInt()
  readonly result: number;
}

/** Moves money from one account to another, once. */
export const TRANSFER = defineJob({ type: 'transfer', input: TransferInput, result: TransferResult });
