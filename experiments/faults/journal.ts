import { openSync, readFileSync, writeSync } from 'node:fs';

/** A run of the handler, noted as it began. */
export interface Run {
  readonly jobId: string;
  readonly pid: number;
}

/** What a consumer under experiment writes down, a line each, in calls that are over when it is killed. */
export class Journal {
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'a');
  }

  run(jobId: string): void {
    this.write(['run', jobId, process.pid]);
  }

  /** A delivery that was dead-lettered. */
  deadLetter(messageId: string, receiveCount: number): void {
    this.write(['dead-letter', messageId, receiveCount]);
  }

  /** Milliseconds of CPU, user and system, from the first poll to the end of the process. */
  cpu(ms: number): void {
    this.write(['cpu', ms]);
  }

  private write(words: readonly (string | number)[]): void {
    writeSync(this.file, `${words.join(' ')}\n`);
  }
}

/** Every line of a kind, as its words without the kind; a line that a kill cut short would be the last. */
function linesOf(path: string, kind: string): [string, string][] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' '))
    .filter(([first]) => first === kind)
    .map(([, one = '', two = '']) => [one, two]);
}

export const readRuns = (path: string): Run[] =>
  linesOf(path, 'run').map(([jobId, pid]) => ({ jobId, pid: Number(pid) }));

/** The receive count of each dead-lettered delivery, by MessageId. */
export const readReceiveCounts = (path: string): Map<string, number> =>
  new Map(linesOf(path, 'dead-letter').map(([messageId, count]) => [messageId, Number(count)]));

export const readCpuMs = (path: string): number => linesOf(path, 'cpu').reduce((sum, [ms]) => sum + Number(ms), 0);
