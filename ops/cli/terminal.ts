import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colour only on a terminal, and not where NO_COLOR asks for none. */
const paint = (stream: NodeJS.WriteStream, style: Style, text: string): string =>
  styleText(style, text, { stream, validateStream: true });

/** Text from a queue must not steer the terminal that shows it. */
export const visible = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');

const oneLine = (text: string): string => visible(text.replace(/\s+/g, ' ').trim());

export type Cell = string | number;

/** The output of a command: results go to stdout as text or JSON, everything else to stderr. */
export class Terminal {
  constructor(readonly json: boolean) {}

  line(text: string, style?: Style): void {
    const shown = visible(text);
    process.stdout.write(`${style === undefined ? shown : paint(process.stdout, style, shown)}\n`);
  }

  object(value: object): void {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  note(text: string): void {
    process.stderr.write(`${visible(text)}\n`);
  }

  /** Prints a table. On a terminal the last column is cut to the width that is left. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const texts = [head, ...rows].map((row) => row.map((cell) => oneLine(String(cell))));
    const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
    const numeric = head.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
    const limit = process.stdout.isTTY ? process.stdout.columns || Infinity : Infinity;
    for (const [nth, row] of texts.entries()) {
      const cells = row.map((text, column) => {
        if (numeric[column]) return text.padStart(widths[column] ?? 0);
        return column === head.length - 1 ? text : text.padEnd(widths[column] ?? 0);
      });
      const text = cells.join('  ').slice(0, limit);
      process.stdout.write(`${nth === 0 ? paint(process.stdout, 'dim', text) : text}\n`);
    }
  }

  /** How far long work is, on a line that it overwrites. Nothing if stderr is no terminal. */
  progress(text: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r${text}\u001b[K`);
  }

  endProgress(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }

  get asks(): boolean {
    return process.stdin.isTTY && process.stderr.isTTY;
  }

  async ask(question: string, signal: AbortSignal): Promise<string> {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(visible(question), { signal });
    } catch {
      return '';
    } finally {
      lines.close();
    }
  }
}
