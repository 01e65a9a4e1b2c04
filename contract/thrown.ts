/** The message of an error, or the text of whatever else was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The thrown value if it is an error; else an error with this message whose cause it is. */
export const errorOf = (thrown: unknown, message = String(thrown)): Error =>
  thrown instanceof Error ? thrown : new Error(message, { cause: thrown });
