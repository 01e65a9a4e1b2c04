import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { eventually } from '../../test/harness/eventually';
import { ENDS_WITHIN_MS, JobsCommands, runJobs, runJobsProcess } from '../../test/harness/jobs-commands';
import { runApp } from '../../test/harness/processes';
import { sideBySide } from '../../test/harness/side-by-side';

interface Mapping {
  readonly UUID: string;
  readonly FunctionArn: string;
  State: string;
}

const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function';

/**
 * Lambda's two calls as AWS documents them: an update is answered 202 with the state that it goes through, refused with
 * ResourceInUseException until it is there, and lists come in pages. Nothing of Lambda's own is in the broker of the
 * tests.
 */
class Lambda {
  readonly calls: string[] = [];
  readonly mappings: Mapping[] = [
    { UUID: 'one', FunctionArn: `${FUNCTION}:orders:live`, State: 'Enabled' },
    { UUID: 'off', FunctionArn: `${FUNCTION}:left-off`, State: 'Disabled' },
  ];
  denied = false;
  stuck = false;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Lambda> {
    const server = createServer((request, response) => void lambda.answer(request, response));
    const lambda = new Lambda(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return lambda;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get states(): string[] {
    return this.mappings.map(({ State }) => State);
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '', this.endpoint);
    this.calls.push(`${request.method ?? ''} ${pathname} ${Buffer.concat(chunks).toString()}`.trim());
    if (this.denied) {
      fail(response, 403, 'AccessDeniedException');
      return;
    }
    if (request.method === 'GET') {
      say(response, 200, this.page(searchParams));
      return;
    }
    const found = this.mappings.find(({ UUID }) => pathname.endsWith(`/${UUID}`));
    if (!found) {
      fail(response, 404, 'ResourceNotFoundException');
      return;
    }
    if (found.State.endsWith('ing')) {
      fail(response, 400, 'ResourceInUseException');
      return;
    }
    const { Enabled } = JSON.parse(Buffer.concat(chunks).toString()) as { Enabled: boolean };
    found.State = Enabled ? 'Enabling' : 'Disabling';
    say(response, 202, found);
  }

  /** One on each page. What is on its way is there by the next look. */
  private page(asked: URLSearchParams): object {
    const place = Number(asked.get('Marker') ?? 0);
    const mapping = this.mappings[place];
    const seen = { ...mapping };
    if (mapping?.State.endsWith('ing') && !this.stuck) mapping.State = mapping.State.replace(/ing$/, 'ed');
    const ofQueue = asked.get('EventSourceArn')?.startsWith('arn:aws:sqs:') && mapping;
    const next = place + 1 < this.mappings.length ? { NextMarker: String(place + 1) } : {};
    return { EventSourceMappings: ofQueue ? [seen] : [], ...next };
  }
}

function say(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, status: number, type: string): void {
  response.setHeader('x-amzn-errortype', type);
  say(response, status, { Message: `${type} of the test` });
}

class Place {
  private constructor(
    readonly on: JobsCommands,
    readonly lambda: Lambda,
  ) {}

  static async open(): Promise<Place> {
    const [on, lambda] = await Promise.all([JobsCommands.start(false), Lambda.start()]);
    return new Place(on, lambda);
  }

  readonly variables = (more: Record<string, string> = {}): Record<string, string> => ({
    ...this.on.variables,
    AWS_ENDPOINT_URL_LAMBDA: this.lambda.endpoint,
    ...more,
  });

  async close(): Promise<void> {
    await this.on.close();
    await this.lambda.close();
  }
}

const { it, own } = sideBySide({ open: () => Place.open(), close: (place) => place.close() });

it('disables what hands the queue to functions, waits for AWS, and enables that and no more', async () => {
  const { on, lambda, variables } = own();
  const paused = await runJobs(['pause', '--why', 'a bad release'], variables());
  expect(paused).toEqual({
    code: 0,
    lines: [
      'Paused: consumers that poll begin nothing after 5 s.',
      expect.stringMatching(/^The event source of the function orders:live is Disabled, after \d+ s\.$/) as string,
    ],
  });
  expect(lambda.states).toEqual(['Disabled', 'Disabled']);
  const status = await runJobs(['status'], variables());
  expect(status.lines.slice(3)).toEqual([
    expect.stringMatching(/^paused by .+@.+ at 20.+Z: a bad release$/),
    'The event source of the function orders:live is Disabled',
    'The event source of the function left-off is Disabled',
  ]);
  const coloured = await runJobsProcess(['status'], variables({ FORCE_COLOR: '1' }));
  expect(coloured.lines[3]).toMatch(/^\u001b\[33mpaused by .*: a bad release\u001b\[39m$/);
  // What somebody else disabled is theirs to enable.
  expect(await runJobs(['resume'], { ...on.variables })).toMatchObject({ code: 0 });
  expect(await runJobs(['resume'], variables())).toMatchObject({ code: 0 });
  expect(lambda.states).toEqual(['Disabled', 'Disabled']);
  Object.assign(lambda.mappings[0] ?? {}, { State: 'Enabled' });
  expect(await runJobs(['pause'], variables())).toMatchObject({ code: 0 });
  // Run again it knows what it disabled before.
  expect(await runJobs(['pause'], variables())).toMatchObject({ code: 0 });
  expect(await runJobs(['resume'], variables())).toMatchObject({ code: 0 });
  expect(lambda.states).toEqual(['Enabled', 'Disabled']);
  const updates = lambda.calls.filter((call) => call.startsWith('PUT'));
  expect(updates).toEqual([
    'PUT /2015-03-31/event-source-mappings/one {"Enabled":false}',
    'PUT /2015-03-31/event-source-mappings/one {"Enabled":false}',
    'PUT /2015-03-31/event-source-mappings/one {"Enabled":true}',
  ]);
});

it('one that is still on its way elsewhere is changed once it is there', async () => {
  const { lambda, variables } = own();
  Object.assign(lambda.mappings[0] ?? {}, { State: 'Enabling' });
  expect(await runJobs(['pause'], variables())).toMatchObject({ code: 0 });
  expect(lambda.states).toEqual(['Disabled', 'Disabled']);
});

it('Ctrl-C while AWS takes its time says what is not done, and exits with 3', async () => {
  const { lambda, variables } = own();
  lambda.stuck = true;
  const command = runApp('dist/ops/cli/jobs.js', { args: ['pause'], env: variables() });
  await eventually(() => lambda.states[0] === 'Disabling', { withinMs: ENDS_WITHIN_MS });
  command.signal('SIGINT');
  expect(await command.exit()).toMatchObject({ code: 3 });
  expect(command.lines.at(-1)).toBe('AWS is not done with it; status says when it is.');
});

it('without rights on Lambda what polls is paused, the rest is named, and the exit code is 3', async () => {
  const { on, lambda, variables } = own();
  lambda.denied = true;
  const { code, lines } = await runJobs(['pause'], variables());
  expect({ code, first: lines[0] }).toEqual({ code: 3, first: 'Paused: consumers that poll begin nothing after 5 s.' });
  expect(lines.join(' ')).toContain('functions go on if there are any: AccessDeniedException of the test');
  expect(await on.listed('status')).toMatchObject([{ paused: { who: expect.any(String) as string } }]);
});

it('what AWS refuses to enable stays paused and noted, so that resume can be run again', async () => {
  const { on, lambda, variables } = own();
  expect(await runJobs(['pause'], variables())).toMatchObject({ code: 0 });
  lambda.denied = true;
  expect(await runJobs(['resume'], variables())).toEqual({
    code: 1,
    lines: [
      expect.stringMatching(/^It is still paused, as an event source is not on: AccessDenied.*; run resume again$/),
    ],
  });
  expect(await on.listed('status')).toMatchObject([{ paused: { who: expect.any(String) as string } }]);
  lambda.denied = false;
  expect(await runJobs(['resume'], variables())).toMatchObject({ code: 0 });
  expect(lambda.states).toEqual(['Enabled', 'Disabled']);
  expect(await on.listed('status')).toMatchObject([{ paused: null }]);
  expect(await on.listed('audit')).toMatchObject([
    { what: 'resume' },
    { ended: expect.stringContaining('not on') as string },
    { what: 'pause' },
  ]);
});

it('without a store functions are paused and resumed anyway, all of them', async () => {
  const { lambda, variables } = own();
  const without = variables({ RESULTS: 'none' });
  expect(await runJobs(['pause'], without)).toMatchObject({
    code: 0,
    lines: expect.arrayContaining(['RESULTS is none, so consumers that poll are not told.']) as string[],
  });
  expect(lambda.states).toEqual(['Disabled', 'Disabled']);
  expect(await runJobs(['resume'], without)).toMatchObject({ code: 0 });
  expect(lambda.states).toEqual(['Enabled', 'Enabled']);
});
