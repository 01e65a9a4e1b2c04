/** One fault of a body: where, as a JSON pointer (RFC 6901), and what would be right. Never what was sent. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** Limits the faults that are named, so that an answer stays under 4 KB and a body full of faults costs no more. */
export const MAX_FAULTS = 10;

/** All faults in one text, for an error that has no list of them. */
export const textOf = (faults: readonly Fault[]): string =>
  faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; ');

/** A property's name as a part of a JSON pointer. */
export const pointerTo = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
