/**
 * The reader of stdout or stderr may go away, and a terminal may close: then writes fail with EPIPE or EIO, and without
 * this the process would end. Lines that nobody reads are lost; nothing else stops.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
