import { type Fault } from '../../contract/fault';
import { type JobType } from '../../contract/job-type';
import { ValidBody } from '../../contract/validation';
import { newJobId } from '../../results/job-id';
import { Audit, type Unnoted } from './audit';
import { type Outgoing } from './outgoing';
import { type PacedEnd, sendPaced } from './paced';
import { CannotWork, type Workplace } from './workplace';

export interface SendOptions {
  readonly group?: string | undefined;
  readonly delaySeconds?: number | undefined;
  /** Limits the jobs a second. */
  readonly rate?: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: (sent: number) => void;
}

export interface SentJobs extends PacedEnd, Unnoted {
  /** Of the jobs that SQS accepted, in order. */
  readonly ids: readonly string[];
}

/** An input that its type does not take. */
export class InputRefused extends CannotWork {
  constructor(
    subject: string,
    /** Their pointers begin at `/input`. */
    readonly faults: readonly Fault[],
  ) {
    super(`${subject}: ${faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; ')}`);
  }
}

/** Throws `InputRefused` for an input, as JSON text, that does not fit the type's rules. */
export function inputCheck({ input, policy, type }: JobType): (text: string, which?: string) => void {
  let subject = '';
  const refuse = (faults: readonly Fault[]): InputRefused =>
    new InputRefused(`${subject} is not valid for ${type}`, faults);
  const refuseAll = (detail: string): InputRefused => refuse([{ pointer: '', detail }]);
  const valid = new ValidBody<object>(input, refuse);
  return (text, which = 'the input') => {
    subject = which;
    if (Buffer.byteLength(text) > policy.sizeLimitBytes)
      throw refuseAll(`it has ${Buffer.byteLength(text)} bytes, and the type takes up to ${policy.sizeLimitBytes}`);
    valid.transform({ input: jsonIn(text, refuseAll) });
  };
}

function jsonIn(text: string, refuse: (why: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('it is not JSON');
  }
}

/** The same for many; throws for the first that does not fit. */
export function checkInputs(type: JobType, texts: readonly string[]): void {
  const check = inputCheck(type);
  for (const [position, text] of texts.entries()) check(text, `Input ${position + 1}`);
}

/** Sends a new job for each input, which were checked. */
export async function sendJobs(
  place: Workplace,
  job: { readonly type: JobType; readonly inputs: readonly string[] },
  options: SendOptions,
): Promise<SentJobs> {
  const audit = await Audit.begin(place, { what: 'send', type: job.type.type });
  const ids: string[] = [];
  const jobs = job.inputs.map((input) => ({ id: newJobId(), input }));
  const messages = jobs.map((one) => toMessage(job.type, one, { ...options, fifo: place.queue.fifo }));
  const end = await sendPaced(place, messages, {
    ...options,
    onSent: (positions) => {
      ids.push(...positions.flatMap((position) => jobs[position]?.id ?? []));
      options.onProgress?.(ids.length);
    },
  });
  return { ids, ...end, ...(await audit.end({ count: ids.length, ids, ended: end.ended })) };
}

/** The input stays the text it was: a number that JavaScript cannot hold is for the consumer to judge. */
function toMessage(
  { type, version }: JobType,
  { id, input }: { readonly id: string; readonly input: string },
  { group, delaySeconds, fifo }: SendOptions & { readonly fifo: boolean },
): Outgoing {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  return {
    body: `{"id":"${id}","input":${input}}`,
    attributes: { type: text(type), version: text(String(version)) },
    delaySeconds,
    ...(fifo ? { group: group ?? id, deduplicationId: id } : { group }),
  };
}
