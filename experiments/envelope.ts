import { JOB_TYPE, JOB_VERSION } from '../contract/job';

interface Text {
  readonly DataType: 'String';
  readonly StringValue: string;
}

const text = (value: string): Text => ({ DataType: 'String', StringValue: value });

/** The attributes of a message that a package of somebody else sent: a job's, unless another type or version is given. */
export const envelope = (type: string = JOB_TYPE, version: number = JOB_VERSION): { type: Text; version: Text } => ({
  type: text(type),
  version: text(String(version)),
});
