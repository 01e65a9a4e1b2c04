interface Answered {
  readonly status: number;
  readonly contentType: string | null | undefined;
  readonly body: string;
}

/** Holds an error to the contract of every error: RFC 9457, small, at most ten faults, no stack. */
export function expectProblem({ status, contentType, body }: Answered): {
  detail: string;
  errors?: { pointer: string }[];
} {
  expect(contentType).toMatch(/^application\/problem\+json/);
  expect(Buffer.byteLength(body)).toBeLessThan(4096);
  const problem = JSON.parse(body) as { detail: string; errors?: { pointer: string }[] };
  expect(problem).toMatchObject({ type: 'about:blank', status, title: expect.any(String), detail: expect.any(String) });
  expect((problem.errors ?? []).length).toBeLessThanOrEqual(10);
  expect(body).not.toMatch(/\bat [^"]+:\d+:\d+|node_modules/);
  return problem;
}

export async function expectProblemResponse(
  response: Response,
  status: number,
): Promise<ReturnType<typeof expectProblem>> {
  const body = await response.text();
  expect({ status: response.status, body }).toMatchObject({ status });
  return expectProblem({ status, contentType: response.headers.get('content-type'), body });
}
