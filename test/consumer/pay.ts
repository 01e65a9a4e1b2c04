import { type WorkContext } from '../../jobs/work';
import { type Job } from '../../contract/job';
import { onceElsewhere } from '../../results/elsewhere';
import { type OnceAnswer } from '../../results/records';

/** Work whose effect is elsewhere: a payment at a provider that honours `Idempotency-Key`. */
export const payAt =
  (url: string) =>
  (job: Job, { records, signal }: WorkContext): Promise<OnceAnswer> =>
    onceElsewhere({ records, job }, { leaseSeconds: 5, signal }, async ({ key, token, signal }) => {
      const headers = { 'idempotency-key': key, 'x-fencing-token': String(token) };
      const answer = await fetch(url, { method: 'POST', body: String(job.input), headers, signal });
      if (!answer.ok) throw new Error(`The provider answered ${answer.status}`);
      return { result: Number(await answer.text()) };
    });
