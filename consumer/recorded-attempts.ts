import { Inject, Injectable } from '@nestjs/common';
import { payloadHash } from '../results/payload-hash';
import { RECORDS, type Records } from '../results/records';
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
    if (!record || record.state === 'failed') return { attempts: 0, job: 'open' };
    if (record.state !== 'done') return { attempts: record.attempts, job: 'open' };
    return { attempts: record.attempts, job: record.hash === hashOf(body) ? 'done' : 'conflict' };
  }

  async fail(delivery: Delivery, error: string): Promise<Standing> {
    const { attempts, done } = await this.records.fail(this.jobId(delivery), error);
    // `done` is terminal, so a second look sees it too, and tells with which payload.
    return done ? this.standing(delivery) : { attempts, job: 'open' };
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
