import { DEFAULT_TYPE } from '../contract/job';

interface Text {
  readonly DataType: 'String';
  readonly StringValue: string;
}

const text = (value: string): Text => ({ DataType: 'String', StringValue: value });

/** The attributes of a message that a package of somebody else sent: a job's, unless another type or version is given. */
export const envelope = (type: string = DEFAULT_TYPE, version = 1): { type: Text; version: Text } => ({
  type: text(type),
  version: text(String(version)),
});
