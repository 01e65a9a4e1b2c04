/** A job for tools that ask a running pair for one. Imports nothing, since k6 reads it too. */
export const EXAMPLE = { type: 'add-one', input: 1, result: 2 };
