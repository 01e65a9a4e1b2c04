import { type Dispatcher } from 'undici';

interface Answer {
  readonly statusCode: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: Uint8Array;
}

/** Makes requests of `dispatcher` resolve when their answer is read to its end, as no answer of AWS here is a stream. */
export function readingWhole(dispatcher: Dispatcher): Dispatcher {
  const request = (options: Dispatcher.RequestOptions): Promise<Answer> =>
    new Promise((resolve, reject) => {
      dispatcher.dispatch(options, new Exchange(options.signal as AbortSignal | undefined, resolve, reject));
    });
  return Object.assign(dispatcher, { request });
}

/** One request and its answer. */
class Exchange implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private statusCode = 0;
  private headers: Answer['headers'] = {};
  private readonly chunks: Buffer[] = [];

  constructor(
    private readonly signal: AbortSignal | undefined,
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.signal?.aborted) this.abort();
    else this.signal?.addEventListener('abort', this.abort);
  }

  onResponseStart(_: unknown, statusCode: number, headers: Answer['headers']): void {
    this.statusCode = statusCode;
    this.headers = headers;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.signal?.removeEventListener('abort', this.abort);
    const { statusCode, headers, chunks } = this;
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    this.resolve({ statusCode, headers, body });
  }

  onResponseError(_: unknown, error: Error): void {
    this.signal?.removeEventListener('abort', this.abort);
    this.reject(error);
  }

  private readonly abort = (): void => {
    this.controller?.abort(this.signal?.reason as Error);
  };
}
