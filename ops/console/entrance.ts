import { type RequestListener } from 'node:http';

export interface ConsoleOptions {
  readonly readOnly?: boolean | undefined;
  /** Fields of bodies that are shown as `***`. */
  readonly masked?: readonly string[] | undefined;
  /** What the page says it works on. */
  readonly badge?: string | undefined;
}

/** Where the console listens, and what lets a browser in. */
export interface Entrance {
  readonly port: number;
  readonly token: string;
}

/** What answers, once it is asked something. */
export interface Answering {
  readonly answer: RequestListener;
  close(): Promise<void>;
}
