import { setTimeout as wait } from 'node:timers/promises';
import { type Knowledge, type Publish } from './history';
import { jobOf } from './jobs';
import { type Wish } from './plan';

/** The producer answers within 10 s, unless it is frozen. */
const PATIENCE_MS = 10_000;
/** Between two tries with one key: doubling, as who is told to come back later does. */
const AGAIN_MS = { first: 500, most: 5_000 };

interface Answer {
  readonly knowledge: Knowledge;
  readonly answer: string;
  readonly job?: string | undefined;
}

/** Asks the producer for jobs over HTTP, each at its time, whatever became of those before. */
export class Generator {
  readonly publishes: Publish[] = [];

  constructor(
    private readonly url: string,
    /** Aborted when nobody asks again. */
    private readonly signal: AbortSignal,
    private readonly note: (publish: Publish) => void,
  ) {}

  /** Resolves when every wish has come to an end. */
  async run(wishes: readonly Wish[], startedAt: number): Promise<void> {
    const asked: Promise<void>[] = [];
    for (const wish of wishes) {
      const early = startedAt + wish.at - performance.now();
      if (early > 0) await wait(early);
      asked.push(this.ask(wish));
    }
    await Promise.all(asked);
  }

  private async ask(wish: Wish): Promise<void> {
    for (let waitMs = AGAIN_MS.first; ; waitMs = Math.min(waitMs * 2, AGAIN_MS.most)) {
      const askedAt = performance.now();
      const answer = await this.post(wish);
      const times = { askedAt, answeredAt: performance.now() };
      const { number, group, idempotencyKey } = wish;
      const publish = { number, group, keyed: idempotencyKey !== undefined, ...times, ...answer };
      this.publishes.push(publish);
      this.note(publish);
      if (answer.knowledge === 'ok' || !publish.keyed || this.signal.aborted) return;
      await wait(waitMs * (0.5 + Math.random() / 2));
    }
  }

  private async post({ number, group, idempotencyKey }: Wish): Promise<Answer> {
    const { type, input } = jobOf(number);
    try {
      const response = await fetch(`${this.url}/jobs/${type}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        },
        body: JSON.stringify({ input, group }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return answerOf(response.status, await response.text());
    } catch (error) {
      const code = codeOf(error);
      return { knowledge: code === 'ECONNREFUSED' ? 'failed' : 'unknown', answer: code };
    }
  }
}

function answerOf(status: number, text: string): Answer {
  const answer = String(status);
  if (status !== 202) return { knowledge: status >= 400 && status < 500 ? 'failed' : 'unknown', answer };
  const body: unknown = JSON.parse(text);
  const job = typeof body === 'object' && body !== null && 'id' in body ? String(body.id) : undefined;
  return { knowledge: 'ok', answer, job };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error.name;
}
