import { DEFINITIONS } from '../../jobs/definitions';

/** What tools ask a running pair for: the example of the first job type that has one. */
export const ASKED_JOB =
  DEFINITIONS.flatMap(({ type, example }) => (example ? [{ type, ...example }] : []))[0] ?? none();

function none(): never {
  throw new Error('No job type in jobs/definitions.ts has an example, and load asks for one.');
}
