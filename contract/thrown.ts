/** The message of an error, or the text of whatever else was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** What was thrown, as an error: itself, or one with this message that it caused. */
export const errorOf = (thrown: unknown, message = String(thrown)): Error =>
  thrown instanceof Error ? thrown : new Error(message, { cause: thrown });
