import { Inject, Injectable, type Type } from '@nestjs/common';
import { DEFAULT_TYPE, TYPE_LIMIT } from '../contract/job';
import { fieldsOf } from '../contract/json';
import { typeOf as recordedType } from '../results/stored-record';
import { payloadIfAny } from '../results/payload-hash';
import { type Attempted, RECORDS, type Records } from '../results/records';
import { type Attempts, type DeadLetter, type Delivery, type RunFailure, type Standing } from '../transport/index';
import { bodyOf, deliveredJobId, idInBody, jobIdOf } from '../service/delivered-id';

/** The transport's attempts, counted in the job's record. */
@Injectable()
export class RecordedAttempts implements Attempts {
  /** The type of a message that names none. */
  protected readonly defaultType: string = DEFAULT_TYPE;

  constructor(@Inject(RECORDS) private readonly records: Records) {}

  async standing(delivery: Delivery): Promise<Standing> {
    const body = bodyOf(delivery);
    const record = await this.records.get(jobIdOf(idInBody(body), delivery));
    if (!record) return { attempts: 0, begun: 0, job: 'open' };
    const { state, attempts, begun = 0, hash, movedMessage } = record;
    if (state === 'done') {
      const payload = payloadIfAny({ type: this.typeOf(delivery), input: inputOf(body) });
      const same = recordedType(record) === payload?.type && hash === payload.hash;
      return { attempts, begun, job: same ? 'done' : 'conflict' };
    }
    if (state !== 'failed') return { attempts, begun, job: 'open' };
    // The retry of a dead letter is another message, and begins at 0.
    return movedMessage === delivery.messageId
      ? { attempts, begun, job: 'moved' }
      : { attempts: 0, begun: 0, job: 'open' };
  }

  async begin(delivery: Delivery): Promise<Standing> {
    const run = { id: this.jobId(delivery), type: this.typeOf(delivery), messageId: delivery.messageId };
    return this.standingAfter(delivery, await this.records.begin(run));
  }

  takeBack(delivery: Delivery): Promise<void> {
    return this.records.takeBack(this.jobId(delivery));
  }

  async fail(delivery: Delivery, { error, publicError }: RunFailure, noted: boolean): Promise<Standing> {
    const { messageId } = delivery;
    const run = { id: this.jobId(delivery), type: this.typeOf(delivery), error, publicError, messageId, noted };
    return this.standingAfter(delivery, await this.records.failRun(run));
  }

  async deadLettered(delivery: Delivery, deadLetter: DeadLetter, sent: boolean): Promise<void> {
    const { reason, error, publicError, attempts } = deadLetter;
    const moved = sent ? { movedMessage: delivery.messageId } : {};
    const body = bodyOf(delivery);
    const job = { id: jobIdOf(idInBody(body), delivery), type: this.typeOf(delivery), input: inputOf(body) };
    await this.records.failJob({ ...job, reason, lastError: error, publicError, attempts, ...moved });
  }

  jobId(delivery: Delivery): string {
    return deliveredJobId(delivery);
  }

  /** Cut where no job type is longer: whoever may send to the queue chooses it, and a record has a limit. */
  private typeOf({ type = this.defaultType }: Pick<Delivery, 'type'>): string {
    return type.slice(0, TYPE_LIMIT);
  }

  private standingAfter(delivery: Delivery, { state, attempts, begun }: Attempted): Promise<Standing> | Standing {
    if (state === 'failed') return { attempts, begun, job: 'moved' };
    // `done` is terminal, so a second look sees it too, and says with which payload.
    return state === 'done' ? this.standing(delivery) : { attempts, begun, job: 'open' };
  }
}

const inputOf = (body: unknown): unknown => fieldsOf(body)['input'];

/** `RecordedAttempts` with another default type. */
export function attemptsOfType(defaultType: string): Type<RecordedAttempts> {
  @Injectable()
  class AttemptsOfType extends RecordedAttempts {
    protected override readonly defaultType = defaultType;
  }
  return AttemptsOfType;
}
