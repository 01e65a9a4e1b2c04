import { Problem } from '../service/problem';

const KIB = 1_024;

/** As people write it: `16 KiB`, `1 MiB`, or bytes where it is neither in whole numbers. */
export function sizeText(bytes: number): string {
  if (bytes % KIB !== 0) return `${bytes} bytes`;
  return bytes % (KIB * KIB) === 0 ? `${bytes / KIB / KIB} MiB` : `${bytes / KIB} KiB`;
}

export const tooLarge = (limitBytes: number): Problem =>
  new Problem(413, `The body is larger than the ${sizeText(limitBytes)} that are taken here.`);

/** Numbers may grow: `1e20` is written in 21 digits. */
export const inputTooLarge = (limitBytes: number): Problem =>
  new Problem(413, `The input is larger than ${sizeText(limitBytes)} as it would be stored.`);
