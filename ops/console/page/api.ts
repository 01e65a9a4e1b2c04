/** Asks the console's server. */
import { sayAside } from './live';

interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** A problem document of the server's, or its silence (status 0). */
export class Problem extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly faults: readonly Fault[] = [],
  ) {
    super(message);
  }
}

interface ProblemDocument {
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly Fault[];
}

const SILENT = 'The console’s server does not answer.';

async function answerOf<T>(request: Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(SILENT, 0);
  }
  const text = await response.text();
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  throw problemIn(text, response.status);
}

function problemIn(text: string, status: number): Problem {
  try {
    const { title, detail, errors } = JSON.parse(text) as ProblemDocument;
    return new Problem(detail ?? title ?? `The server answered ${status}.`, status, errors);
  } catch {
    return new Problem(`The server answered ${status}.`, status);
  }
}

export const read = <T>(path: string, signal: AbortSignal): Promise<T> => answerOf<T>(fetch(path, { signal }));

/** A change that was made and could not be noted is as it is; its answer says so, and so does the page. */
export async function change<T>(path: string, body: object = {}): Promise<T> {
  const answer = await answerOf<T & { readonly unnoted?: string }>(
    fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
  const { unnoted } = Object(answer) as Partial<typeof answer>;
  if (unnoted !== undefined) sayAside({ title: 'It is done, but the audit does not have it.', text: unnoted });
  return answer;
}

export const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
