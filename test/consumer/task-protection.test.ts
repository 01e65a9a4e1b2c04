import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { eventually } from '../harness/eventually';
import { sideBySide } from '../harness/side-by-side';

const broker = withBroker();

/** Stands in for ECS's agent: keeps what it is asked, and answers as it is told. */
class Agent {
  readonly asked: string[] = [];
  answer = { status: 200, body: '{"protection":{"ProtectionEnabled":true}}' };
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void text(request).then((body) => {
        this.asked.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`);
        response.writeHead(this.answer.status, { 'content-type': 'application/json' }).end(this.answer.body);
      });
    });
  }

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/task`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

const { it, own } = sideBySide({
  async open() {
    const agent = new Agent();
    return { agent, agentUrl: await agent.start() };
  },
  async close({ agent }) {
    await stopConsumerApps();
    await agent.close();
  },
});

const PUT = 'PUT /api/task/task-protection/v1/state';
const PROTECT = `${PUT} {"ProtectionEnabled":true,"ExpiresInMinutes":3}`;
const RELEASE = `${PUT} {"ProtectionEnabled":false}`;

it('a busy task is protected for longer than its handler may run, and given up once it is idle', async () => {
  const { agent, agentUrl } = own();
  const queues = await broker().createQueues();
  const variables = { ECS_AGENT_URI: agentUrl, WORK_SECONDS: '7', HANDLER_TIMEOUT_SECONDS: '90' };
  const { transport } = await startConsumerApp(queues, variables);
  await broker().send(queues.queueUrl, '{"input":1}');
  await eventually(() => agent.asked.length === 1, { withinMs: 12_000 });
  expect(transport.status().inFlight).toBe(1);
  await eventually(() => agent.asked.length === 2, { withinMs: 12_000 });
  expect(transport.status().inFlight).toBe(0);
  expect(agent.asked).toEqual([PROTECT, RELEASE]);
});

it.each([
  ['is refused by ECS', { status: 200, body: '{"failure":{"Reason":"TASK_NOT_VALID"}}' }],
  ['fails', { status: 400, body: '{"error":{"Code":"AccessDeniedException"}}' }],
])('that %s is said once, and the job is done anyway', async (_what, answer) => {
  const { agent, agentUrl } = own();
  agent.answer = answer;
  const warnings: unknown[] = [];
  const logger = { log: () => undefined, error: () => undefined, warn: (line: unknown) => warnings.push(line) };
  const queues = await broker().createQueues();
  await startConsumerApp(queues, { ECS_AGENT_URI: agentUrl, WORK_SECONDS: '7' }, { logger });
  await broker().send(queues.queueUrl, '{"input":1}');
  await eventually(() => agent.asked.length > 0, { withinMs: 12_000 });
  await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 12_000 });
  expect(agent.asked).toHaveLength(1);
  expect(warnings).toEqual([expect.stringContaining(answer.body)]);
});
