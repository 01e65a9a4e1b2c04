import { IsNumber } from 'class-validator';
import { type Job } from '../../contract/job';
import { defineJob, type JobType, type Policy } from '../../contract/job-type';
import { type Outgoing } from './queues';

/** A job type of an experiment's own, from one number to another. */
export function numberJob(type: string, policy: Partial<Policy> = {}): JobType<number, number> {
  class NumberInput {
    @IsNumber()
    readonly input: number;
  }
  class NumberResult {
    @IsNumber()
    readonly result: number;
  }
  return defineJob({ type, input: NumberInput, result: NumberResult, policy });
}

interface Text {
  readonly DataType: 'String';
  readonly StringValue: string;
}

const text = (value: string): Text => ({ DataType: 'String', StringValue: value });

/** The attributes of a job's message, for whoever sends it without the producer. */
export const envelope = (type: string, version = 1): { type: Text; version: Text } => ({
  type: text(type),
  version: text(String(version)),
});

export const toMessage = ({ id, type, input }: Job): Outgoing => ({
  body: JSON.stringify({ id, input }),
  attributes: envelope(type),
});
