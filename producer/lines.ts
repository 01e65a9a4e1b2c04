import { type IncomingMessage } from 'node:http';
import { Problem } from '../service/problem';
import { tooLarge } from '../service/too-large';

/** Limits the body of a request in bulk. */
export const MAX_BULK_BYTES = 1_048_576;
export const MAX_BULK_LINES = 1_000;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The lines of a body in `application/x-ndjson`, as they were sent. */
export class Lines {
  readonly all: readonly Buffer[];

  constructor(body: Buffer) {
    this.all = split(body);
  }
}

/** Resolves once the whole body is there; nothing of a body that breaks off is accepted. */
export async function readLines(body: IncomingMessage): Promise<Lines> {
  // Before anything of it is read.
  if (Number(body.headers['content-length'] ?? 0) > MAX_BULK_BYTES) throw tooLarge(MAX_BULK_BYTES);
  return new Lines(await readAll(body));
}

async function readAll(body: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Destroying the stream would end the connection, and the answer with it.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BULK_BYTES) throw tooLarge(MAX_BULK_BYTES);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(400, 'The body broke off.');
  }
  return Buffer.concat(chunks, bytes);
}

/** A newline or a CRLF ends a line, and need not be there behind the last one. An empty line is a line. */
function split(body: Buffer): Buffer[] {
  if (body.length === 0) throw new Problem(400, 'The body is empty; send one JSON object a line.');
  const lines: Buffer[] = [];
  for (let start = 0; start < body.length;) {
    if (lines.length === MAX_BULK_LINES)
      throw new Problem(400, `The body has more than ${MAX_BULK_LINES} lines; divide it.`);
    const newline = body.indexOf(NEWLINE, start);
    const end = newline === -1 ? body.length : newline;
    lines.push(body.subarray(start, body[end - 1] === CARRIAGE_RETURN ? end - 1 : end));
    start = end + 1;
  }
  return lines;
}
