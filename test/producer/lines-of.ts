import { type TestProducer } from './test-producer';

/** What a line of a request in bulk is answered. */
export interface LineAnswer {
  readonly id?: string;
  readonly status: string | number;
  readonly detail?: string;
  readonly line?: number;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

export const LINES_TYPE = 'application/x-ndjson';

/** One body a line, ended by a newline each. */
export const toLines = (bodies: readonly unknown[]): string =>
  bodies.map((body) => `${JSON.stringify(body)}\n`).join('');

export const postLines = (
  producer: TestProducer,
  body: string | Uint8Array<ArrayBuffer>,
  { path = '/produce', headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<Response> => producer.post(path, body, { 'content-type': LINES_TYPE, ...headers });

export const readAnswers = (text: string): LineAnswer[] => {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as LineAnswer);
};

/** The answers of a request that was taken. */
export async function answersOf(response: Response): Promise<LineAnswer[]> {
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({ status: 200 });
  expect(response.headers.get('content-type')).toBe(LINES_TYPE);
  return readAnswers(text);
}

export const idsOf = (answers: readonly LineAnswer[]): string[] =>
  answers.map(({ id }) => id).filter((id) => id !== undefined);
