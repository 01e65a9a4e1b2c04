import { Type } from 'class-transformer';
import { IsIn, IsInt, IsString, Length, Min, ValidateNested } from 'class-validator';
import { defineJob } from '../../contract/job-type';

export class Charge {
  /** In the currency's smallest unit. */
  @IsInt()
  @Min(1)
  readonly amount: number;

  @IsIn(['EUR', 'USD'])
  readonly currency: 'EUR' | 'USD';

  /** As the provider knows the customer. */
  @IsString()
  @Length(1, 64)
  readonly customer: string;
}

class PaymentInput {
  @ValidateNested()
  @Type(() => Charge)
  readonly input: Charge;
}

class PaymentResult {
  /** The provider's id of the payment. */
  @IsString()
  readonly result: string;
}

/** A payment at a provider that honours `Idempotency-Key`. */
export const PAYMENT = defineJob({
  type: 'payment',
  input: PaymentInput,
  result: PaymentResult,
  // Together the pauses come to about an hour: a provider that is down for less costs no payment.
  policy: { maxAttempts: 12, backoff: { firstSeconds: 60, maxSeconds: 900, factor: 2 }, timeoutSeconds: 20 },
});
