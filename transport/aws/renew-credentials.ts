/** A client that can ask for its credentials again. */
export interface Renewable {
  readonly config: { credentials(options?: { forceRefresh?: boolean }): Promise<unknown> };
}

const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException']);

/**
 * A tool may write new credentials to the file that the SDK read once: a call that is refused because its credentials
 * have expired is made again with what is there now.
 */
export async function withRenewal<T>({ config }: Renewable, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Error && EXPIRED.has(error.name))) throw error;
    await config.credentials({ forceRefresh: true });
    return call();
  }
}
