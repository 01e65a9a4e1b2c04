import { Inject, Injectable, type Provider } from '@nestjs/common';
import { processVariables } from '../../contract/environment';
import { type Work, type WorkContext, type WorkJob } from '../../jobs/work';
import { type Call, type Elsewhere, onceElsewhere } from '../../results/elsewhere';
import { type Effect } from '../../results/records';
import { Rejection, RetryAfter } from '../../transport/index';
import { type Charge, type PAYMENT } from './definition';
import { secondsOf } from './retry-after';

/** The token under which Nest injects the provider's address. */
export const PAYMENT_URL = Symbol('payment-url');

/** The address as the environment has it: what `workOf` hands the work beside the job. */
export const paymentUrl: Provider = {
  provide: PAYMENT_URL,
  useFactory: (): string => {
    const url = processVariables['PAYMENT_URL'];
    if (url === undefined) throw new Error('PAYMENT_URL is missing; it takes the address of the payment provider');
    return url;
  },
};

@Injectable()
export class Pay implements Work<typeof PAYMENT> {
  constructor(@Inject(PAYMENT_URL) private readonly url: string) {}

  run(job: WorkJob<typeof PAYMENT>, { records, signal }: WorkContext): Promise<Elsewhere<string>> {
    return onceElsewhere({ records, job }, { leaseSeconds: 5, signal }, (call) => this.charge(job.input, call));
  }

  private async charge(charge: Charge, { key, token, signal }: Call): Promise<Effect<string>> {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': key,
      'x-fencing-token': String(token),
    };
    const answer = await fetch(this.url, { method: 'POST', body: JSON.stringify(charge), headers, signal });
    if (answer.status === 402) throw new Rejection('declined', 'The card was declined.');
    if (answer.status === 429 || answer.status === 503)
      throw new RetryAfter(secondsOf(answer.headers.get('retry-after')), 'The payment provider asks to wait.');
    if (!answer.ok) throw new Error(`The provider answered ${answer.status}`);
    const { id } = (await answer.json()) as { id: string };
    return { result: id };
  }
}
