import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/** A run of the handler, noted as it began. */
export interface Run {
  readonly jobId: string;
  readonly pid: number;
}

/** The runs that consumers under experiment begin, a line each, in calls that are over when the process is killed. */
export class Journal {
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'a');
  }

  run(jobId: string): void {
    writeSync(this.file, `${jobId} ${process.pid}\n`);
  }
}

/** Complete lines only: one that a kill cut short would be the last. None before the first run. */
export function readRuns(path: string): Run[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const [jobId = '', pid] = line.split(' ');
    return { jobId, pid: Number(pid) };
  });
}
