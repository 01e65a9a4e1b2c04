import { type Case, describeCase, type FailedJob } from './failed-job';
import { type Letter } from './letter';
import { maskLetter } from './mask';

/** A dead letter with all that the message holds, and all that `import` needs to send it. */
export interface OpenLetter extends FailedJob {
  readonly group?: string;
  readonly receives: number;
  readonly sentAt: string;
  readonly firstAt?: string;
  /** Text as the message has it; bytes in base64. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Of those that are not of the type String. */
  readonly attributeTypes?: Readonly<Record<string, string>>;
  readonly traceHeader?: string;
  /** As it came: numbers beyond what JavaScript holds stay whole. */
  readonly body: string;
  /** Fields whose values were taken out, so that it cannot be sent again. */
  readonly masked?: readonly string[];
}

/** Without the values of the masked fields. */
export function openLetter(one: Case, masked: readonly string[] = []): OpenLetter {
  const { why, receives, sentAt, traceHeader } = one.letter;
  const { body, ...letter } = maskLetter(one.letter, masked);
  const group = why.group ?? letter.group;
  return {
    ...describeCase(one),
    ...(group !== undefined && { group }),
    ...(why.firstAt !== undefined && { firstAt: why.firstAt }),
    receives,
    sentAt: new Date(sentAt).toISOString(),
    ...attributesOf(letter),
    ...(traceHeader !== undefined && { traceHeader }),
    body,
    ...(masked.length > 0 && { masked }),
  };
}

function attributesOf({ attributes }: Pick<Letter, 'attributes'>): Pick<OpenLetter, 'attributes' | 'attributeTypes'> {
  const all = Object.entries(attributes);
  const texts = all.map(
    ([name, { StringValue, BinaryValue = new Uint8Array() }]) =>
      [name, StringValue ?? Buffer.from(BinaryValue).toString('base64')] as const,
  );
  const types = all.flatMap(([name, { DataType = 'String' }]) =>
    DataType === 'String' ? [] : [[name, DataType] as const],
  );
  return {
    attributes: Object.fromEntries(texts),
    ...(types.length > 0 && { attributeTypes: Object.fromEntries(types) }),
  };
}
