import { setTimeout as wait } from 'node:timers/promises';

/** What became of an accepted job, as its producer tells. */
export type Outcome =
  | { readonly state: 'done'; readonly result: unknown; readonly completedAt: number }
  | { readonly state: 'failed'; readonly why: string }
  /** Not ended, or no answer: `why` says which. */
  | { readonly state: 'open'; readonly why: string };

export type Ask = (id: string) => Promise<Outcome>;

const open = (why: string): Outcome => ({ state: 'open', why });

/** Asks `GET /results/{id}`. */
export const askAt =
  (url: string, headers: Readonly<Record<string, string>>): Ask =>
  async (id) => {
    try {
      const signal = AbortSignal.timeout(10_000);
      const answer = await fetch(`${url}/results/${id}`, { headers, redirect: 'manual', signal });
      const text = await answer.text();
      return answer.ok ? outcomeIn(JSON.parse(text)) : open(`answer ${answer.status}`);
    } catch (error) {
      return open(error instanceof Error ? error.message : String(error));
    }
  };

function outcomeIn(body: unknown): Outcome {
  const { status, result, completedAt, reason, error } = body as Readonly<Record<string, unknown>>;
  if (status === 'done') return { state: 'done', result, completedAt: Date.parse(String(completedAt)) };
  if (status === 'failed') return { state: 'failed', why: String(reason) };
  return open(typeof error === 'string' ? `pending, ${error}` : 'pending');
}

const ASKED_AT_ONCE = 16;
const PAUSE_MS = 200;

export interface Patience {
  readonly ms: number;
  readonly signal: AbortSignal;
}

/**
 * Asks after every job, again and again, until each has ended, or none has for as long as patience lasts. A long round is
 * followed by a long pause, as the asking takes from the same machine.
 */
export async function follow(ids: readonly string[], ask: Ask, patience: Patience): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  let open = [...new Set(ids)];
  let progressAt = performance.now();
  while (open.length > 0) {
    const startedAt = performance.now();
    for (const [id, outcome] of await askAll(open, ask, patience.signal)) outcomes.set(id, outcome);
    const still = open.filter((id) => outcomes.get(id)?.state === 'open');
    if (still.length < open.length) progressAt = performance.now();
    open = still;
    if (open.length === 0 || performance.now() - progressAt > patience.ms) break;
    await wait(Math.max(PAUSE_MS, performance.now() - startedAt), undefined, { signal: patience.signal });
  }
  return outcomes;
}

async function askAll(ids: readonly string[], ask: Ask, signal: AbortSignal): Promise<[string, Outcome][]> {
  const answers: [string, Outcome][] = [];
  const left = ids.values();
  const asker = async (): Promise<void> => {
    for (const id of left) {
      signal.throwIfAborted();
      answers.push([id, await ask(id)]);
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, asker));
  return answers;
}
