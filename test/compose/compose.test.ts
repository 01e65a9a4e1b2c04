import { DELIVERY, deriveMaxReceiveCount } from '../../contract/delivery';
import { eventually } from '../harness/eventually';
import { composeDown, docker, inspect, withDocker } from './docker';
import { itServes } from './flows';
import { ComposeStack } from './stack';

/** Jobs produced without end, two hundred ahead of the consumer at most. */
class Load {
  private producing = true;
  private readonly produced: Promise<string[]>;

  constructor(private readonly stack: ComposeStack) {
    this.produced = this.produce();
  }

  stop(): Promise<string[]> {
    this.producing = false;
    return this.produced;
  }

  private async produce(): Promise<string[]> {
    const ids: string[] = [];
    while (this.producing) {
      ids.push(...(await this.stack.produceMany(50)));
      await this.stack.backlogBelow(200);
    }
    return ids;
  }
}

withDocker('docker compose up', () => {
  let stack: ComposeStack;
  let firstId: string;
  let close = (): void => undefined;

  beforeAll(async () => {
    stack = await ComposeStack.up();
    close = (): void => {
      stack.close();
    };
    firstId = await stack.produce(41);
    await stack.results.keepWrites();
  });
  afterAll(async () => {
    await composeDown();
    close();
  });

  const only = async (service: string): Promise<string> => {
    const [id = ''] = await stack.containers(service);
    return id;
  };

  test('a job produced over HTTP is done', async () => {
    const result = await stack.result(firstId, 20);
    expect(result).toMatchObject({ status: 'done', input: 41, result: 42 });
    // Compose provisions within half a second of both brokers' being healthy.
    const began = String(await inspect(await only('provision'), '.State.StartedAt'));
    const seconds = (Date.parse(String(result['completedAt'])) - Date.parse(began)) / 1_000;
    process.stdout.write(`First job done ${seconds.toFixed(1)} s after both brokers were healthy\n`);
  });

  itServes(() => stack);

  test('the docs page comes from the image', async () => {
    for (const path of ['/docs', '/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css', '/openapi.json']) {
      expect((await fetch(`${stack.producerUrl}${path}`)).status).toBe(200);
    }
  });

  test("the queue has contract/'s numbers, and a stop takes longer than a drain may", async () => {
    const attributes = await stack.queueAttributes();
    expect(attributes).toMatchObject({
      MessageRetentionPeriod: String(DELIVERY.queueRetentionSeconds),
      ReceiveMessageWaitTimeSeconds: String(DELIVERY.receiveWaitSeconds),
    });
    const redrive = JSON.parse(attributes['RedrivePolicy'] ?? '') as { maxReceiveCount: string };
    expect(Number(redrive.maxReceiveCount)).toBe(deriveMaxReceiveCount(DELIVERY));
    for (const service of ['producer', 'consumer']) {
      expect(await inspect(await only(service), '.Config.StopTimeout')).toBeGreaterThan(DELIVERY.drainSeconds + 5);
    }
  });

  test.each(['producer', 'consumer'])(
    'the %s is locked down, alone in its container and writes nothing',
    async (name) => {
      const id = await only(name);
      expect(await inspect(id, '.HostConfig')).toMatchObject({
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
      });
      expect(await docker(['diff', id])).toBe('');
      // One process beside the health check's: Lambda's adapter is there, and nobody starts it.
      const processes = (await docker(['top', id, '-eo', 'pid,user,args'])).split('\n').slice(1);
      expect(processes.filter((line) => !line.includes('healthy.js'))).toEqual([
        expect.stringMatching(new RegExp(`^ *\\d+ +65532 +/nodejs/bin/node /app/${name}\\.js$`)),
      ]);
    },
  );

  test('a busy consumer that is stopped drains what it holds and ends with 0', async () => {
    const [id = ''] = await stack.consumers(1, { WORK_SECONDS: '4' });
    const ids = await stack.produceMany(20);
    // Some, not all: LocalStack still serves the last long polls of the consumer before this one, and what each of them
    // takes, ten messages at most, comes back only when its lease ends.
    const held = await eventually(async () => {
      const count = await stack.held(id);
      return count > 0 && count;
    });
    expect(await stack.tally(ids)).toEqual({ lost: 20, mostEffects: 0 });
    await docker(['stop', id]);
    expect(await stack.exitCode(id)).toBe(0);
    expect(await stack.logs(id)).toMatch(/SIGTERM: draining[\s\S]*Drained/);
    expect((await stack.tally(ids)).lost).toBeLessThanOrEqual(20 - held);
    await docker(['start', id]);
    await stack.worked();
    expect(await stack.tally(ids)).toEqual({ lost: 0, mostEffects: 1 });
  });

  test('what a killed consumer held is done by the next, once', async () => {
    const [id = ''] = await stack.consumers(1, { WORK_SECONDS: '4' });
    const ids = await stack.produceMany(20);
    await stack.inFlight(20);
    await docker(['kill', id]);
    expect(await stack.exitCode(id)).toBe(137);
    expect(await stack.tally(ids)).toEqual({ lost: 20, mostEffects: 0 });
    await docker(['start', id]);
    await stack.worked();
    expect(await stack.tally(ids)).toEqual({ lost: 0, mostEffects: 1 });
  });

  test('three consumers share the work', async () => {
    const consumers = await stack.consumers(3, { WORK_SECONDS: '1', CONCURRENCY: '5' });
    expect(consumers).toHaveLength(3);
    const ids = await stack.produceMany(60);
    // More than two of them may hold.
    await stack.inFlight(11);
    await stack.worked();
    expect(await stack.tally(ids)).toEqual({ lost: 0, mostEffects: 1 });
  });

  test('five kills under load lose nothing and repeat nothing', async () => {
    const [id = ''] = await stack.consumers(1, { WORK_SECONDS: '0.5' });
    const load = new Load(stack);
    const cut: number[] = [];
    for (let kill = 1; kill <= 5; kill += 1) {
      const before = (await stack.results.effects()).size;
      const worked = async (): Promise<boolean> => (await stack.results.effects()).size >= before + 50;
      await eventually(worked, { withinMs: 60_000, everyMs: 250 });
      await docker(['kill', id]);
      cut.push((await stack.broker.depth(stack.queueUrl)).inFlight);
      await docker(['start', id]);
    }
    const ids = await load.stop();
    await stack.worked(180_000);
    process.stdout.write(`${ids.length} jobs, ${cut.join(', ')} in flight at the kills\n`);
    expect(Math.min(...cut)).toBeGreaterThan(0);
    expect(await stack.tally(ids)).toEqual({ lost: 0, mostEffects: 1 });
    expect(await stack.broker.isEmpty(stack.deadLetterQueueUrl)).toBe(true);
  });
});
