/** What `read` makes of the command line; what Node's parseArgs says otherwise, as one sentence with the usage. */
export function parseArguments<T>(usage: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const text = String(error).replace(/^\w+(?: \[\w+\])?: /, '');
    throw new Error(`${text.split(/[.\n]/)[0] ?? ''}; ${usage}`, { cause: error });
  }
}
