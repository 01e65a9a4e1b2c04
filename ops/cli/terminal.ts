import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { type Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { CannotWork } from '../jobs/workplace';
import { messageOf } from '../../contract/thrown';

type Style = Parameters<typeof styleText>[0];

type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where a command's input comes from and its output goes; a process has its own. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Colour only on a terminal, and not where NO_COLOR asks for none. */
const paint = (stream: Output, style: Style, text: string): string =>
  styleText(style, text, { stream, validateStream: true });

/** Control characters, except tab and line feed, and marks of text direction: they may steer a terminal. */
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from a queue must not steer the terminal that shows it. */
export const visible = (text: string): string => text.replace(STEERING, '\ufffd');

/** JSON of the same value, in which no string steers the terminal that shows it. */
const visibleJson = (value: object): string =>
  JSON.stringify(value).replace(STEERING, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);

const oneLine = (text: string): string => visible(text.replace(/\s+/g, ' ').trim());

export type Cell = string | number;

/** The text of a file that a command names. Rejects with one sentence. */
export async function readGiven(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CannotWork(`The file ${path} cannot be read: ${messageOf(error).split(',')[0] ?? ''}`, { cause: error });
  }
}

/** The output of a command: results go to stdout as text or JSON, everything else to stderr. */
export class Terminal {
  constructor(
    readonly json: boolean,
    private readonly streams: Streams,
  ) {}

  line(text: string, style?: Style): void {
    const shown = visible(text);
    const { stdout } = this.streams;
    stdout.write(`${style === undefined ? shown : paint(stdout, style, shown)}\n`);
  }

  object(value: object): void {
    this.streams.stdout.write(`${visibleJson(value)}\n`);
  }

  note(text: string): void {
    this.streams.stderr.write(`${visible(text)}\n`);
  }

  /** Prints a table. On a terminal the last column is cut to the width that is left. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const texts = [head, ...rows].map((row) => row.map((cell) => oneLine(String(cell))));
    const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
    const numeric = head.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
    const { stdout } = this.streams;
    const limit = stdout.isTTY ? stdout.columns || Infinity : Infinity;
    for (const [nth, row] of texts.entries()) {
      const cells = row.map((text, column) => {
        if (numeric[column]) return text.padStart(widths[column] ?? 0);
        return column === head.length - 1 ? text : text.padEnd(widths[column] ?? 0);
      });
      const text = cells.join('  ').slice(0, limit);
      stdout.write(`${nth === 0 ? paint(stdout, 'dim', text) : text}\n`);
    }
  }

  /** How far long work is, on a line that it overwrites. Nothing if stderr is no terminal. */
  progress(text: string): void {
    if (this.streams.stderr.isTTY) this.streams.stderr.write(`\r${text}\u001b[K`);
  }

  endProgress(): void {
    if (this.streams.stderr.isTTY) this.streams.stderr.write('\r\u001b[K');
  }

  get asks(): boolean {
    return this.streams.stdin.isTTY === true && this.streams.stderr.isTTY === true;
  }

  /** Reads standard input to its end. */
  piped(): Promise<string> {
    return text(this.streams.stdin);
  }

  async ask(question: string, signal: AbortSignal): Promise<string> {
    const { stdin, stderr } = this.streams;
    const lines = createInterface({ input: stdin, output: stderr });
    try {
      return await lines.question(visible(question), { signal });
    } catch {
      return '';
    } finally {
      lines.close();
    }
  }
}
