import { Problem } from './problem';

const KIB = 1_024;

/** A size as people write it: `16 KiB`, `1 MiB`, or in bytes if it is no whole number of those. */
export function sizeText(bytes: number): string {
  if (bytes % KIB !== 0) return `${bytes} bytes`;
  return bytes % (KIB * KIB) === 0 ? `${bytes / KIB / KIB} MiB` : `${bytes / KIB} KiB`;
}

export const tooLarge = (limitBytes: number): Problem =>
  new Problem(413, `The body is larger than the ${sizeText(limitBytes)} that are taken here.`);

/** The input's size as JSON is written here, where numbers may grow: `1e20` has 21 digits. */
export const inputTooLarge = (limitBytes: number): Problem =>
  new Problem(413, `The input is larger than ${sizeText(limitBytes)} as it would be stored.`);
