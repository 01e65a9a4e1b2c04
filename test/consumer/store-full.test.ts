import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withBroker } from '../harness/broker';
import { startConsumerApp, stopConsumerApps } from '../harness/consumer-app';
import { Disk } from '../harness/disk';
import { eventually } from '../harness/eventually';

const broker = withBroker();

const disk = Disk.mounted();
afterAll(async () => {
  await stopConsumerApps();
  disk?.remove();
});
const onDisk = (name: string): string => join(disk?.folder ?? '', name);

const filler = onDisk('filler');
function fill(): void {
  for (let bytes = 65_536; bytes >= 512; bytes = bytes / 2) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' });
    } catch {
      // Full for a piece of this size; smaller ones fill what is left.
    }
  }
}

(disk ? it : it.skip)(
  'stays open while a full disk lets only reads through, and goes on once there is space',
  async () => {
    const queues = await broker().createQueues({ numbers: { visibilityTimeoutSeconds: 4 } });
    const { transport, records, url } = await startConsumerApp(queues, {
      RESULTS: `sqlite:${onDisk('results.db')}`,
    });
    const receives: number[] = [];
    transport.onSettled(({ delivery }) => receives.push(delivery.receiveCount));
    await eventually(async () => (await fetch(`${url}/health/ready`)).status === 200);
    fill();
    const ids = Array.from({ length: 20 }, () => randomUUID());
    await Promise.all(ids.map((id) => broker().send(queues.queueUrl, JSON.stringify({ id, input: 1 }))));
    await eventually(() => transport.status().pauses.includes('store'));
    const inFlight = await eventually(() => transport.status().inFlight);
    // Two leases.
    const until = Date.now() + 8_000;
    await eventually(
      async () => {
        await expect(records.check()).resolves.toBeUndefined();
        expect(transport.status().pauses).toEqual(['store']);
        return Date.now() > until;
      },
      { withinMs: 9_000 },
    );
    expect(transport.status().inFlight).toBeGreaterThanOrEqual(inFlight);
    rmSync(filler);
    await eventually(() => broker().isEmpty(queues.queueUrl), { withinMs: 25_000 });
    const done = await records.getMany(ids);
    expect(done.map(({ state, attempts }) => ({ state, attempts }))).toEqual(
      ids.map(() => ({ state: 'done', attempts: 0 })),
    );
    // A poll that was on its way when the breaker opened brought the others, and they were given back.
    expect(receives.filter((count) => count === 1).length).toBeGreaterThanOrEqual(inFlight);
  },
  60_000,
);
