import { Inject, Injectable } from '@nestjs/common';
import { payloadHash } from '../results/payload-hash';
import { type Records } from '../results/records';
import { RECORDS } from '../results/results.module';
import { type Attempts, type Standing } from '../transport/attempts';
import { type DeadLetter } from '../transport/dead-letter';
import { decode } from '../transport/decode';
import { type Delivery } from '../transport/delivery';
import { idInBody, jobIdOf } from './job-id';

/** The transport's attempts, counted in the job's record. */
@Injectable()
export class RecordedAttempts implements Attempts {
  constructor(@Inject(RECORDS) private readonly records: Records) {}

  async standing(delivery: Delivery): Promise<Standing> {
    const body = bodyOf(delivery);
    const record = await this.records.get(jobIdOf(idInBody(body), delivery));
    // A dead letter that is tried again starts anew.
    if (!record || record.state === 'failed') return { attempts: 0, done: false };
    return { attempts: record.attempts, done: record.state === 'done' && record.hash === hashOf(body) };
  }

  fail(delivery: Delivery, error: string): Promise<Standing> {
    return this.records.fail(this.jobId(delivery), error);
  }

  async deadLettered(delivery: Delivery, { reason, error, attempts }: DeadLetter): Promise<void> {
    await this.records.failed({ id: this.jobId(delivery), reason, lastError: error, attempts });
  }

  jobId(delivery: Delivery): string {
    return jobIdOf(idInBody(bodyOf(delivery)), delivery);
  }
}

/** Undefined for a body that cannot be read; its record is kept under the MessageId. */
function bodyOf(delivery: Delivery): unknown {
  try {
    return decode(delivery.body);
  } catch {
    return undefined;
  }
}

function hashOf(body: unknown): string | undefined {
  const input = typeof body === 'object' && body !== null && 'input' in body ? body.input : undefined;
  return typeof input === 'number' ? payloadHash({ input }) : undefined;
}
