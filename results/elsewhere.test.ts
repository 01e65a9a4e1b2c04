import { randomUUID } from 'node:crypto';
import { once as event } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Call, EffectOwnerChanged, onceElsewhere } from './elsewhere';
import { eventually } from '../test/harness/eventually';
import { StoreUnavailable } from './errors';
import type { Effect } from './records';
import { SqliteRecords } from './sqlite';

/** A payment provider that honours its idempotency key, as they do: a repeat is answered as the first was. */
class Provider {
  readonly payments = new Map<string, number>();
  calls: { readonly key: string; readonly token: string }[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const key = String(request.headers['idempotency-key']);
      this.calls.push({ key, token: String(request.headers['x-token']) });
      if (!this.payments.has(key)) this.payments.set(key, this.payments.size + 1);
      response.end(String(this.payments.get(key)));
    });
  }

  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await event(this.server, 'listening');
  }

  async pay({ key, token }: Call): Promise<Effect<number>> {
    const { port } = this.server.address() as AddressInfo;
    const headers = { 'idempotency-key': key, 'x-token': String(token) };
    const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers });
    return { result: Number(await answer.text()) };
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await event(this.server, 'close');
  }
}

let folder: string;
let one: SqliteRecords;
let other: SqliteRecords;
let provider: Provider;
const job = { id: '', type: 'add-one', input: 1 };
const { signal } = new AbortController();
const LONG = { leaseSeconds: 60, signal };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-elsewhere-'));
  one = await SqliteRecords.open(join(folder, 'results.db'));
  other = await SqliteRecords.open(join(folder, 'results.db'));
  provider = new Provider();
  await provider.listen();
  job.id = randomUUID();
});

afterEach(async () => {
  await Promise.all([one.close(), other.close(), provider.close()]);
  rmSync(folder, { recursive: true });
});

/** The store as seen by a process that is frozen while it holds the lease: no renewal of it gets through. */
function frozenOnceLeased(): Pick<SqliteRecords, 'lease' | 'once'> {
  let leased = false;
  return {
    once: one.once.bind(one),
    lease: (...request) => {
      if (leased) return new Promise(() => undefined);
      leased = true;
      return one.lease(...request);
    },
  };
}

test('called once under the job id, and recorded', async () => {
  const answer = await onceElsewhere({ records: one, job }, LONG, (call) => provider.pay(call));
  expect(answer).toEqual({ outcome: 'recorded', result: 1 });
  expect(provider.calls).toEqual([{ key: job.id, token: '1' }]);
  expect(await onceElsewhere({ records: other, job }, LONG, (call) => provider.pay(call))).toEqual({
    outcome: 'repeat',
    result: 1,
  });
  expect(provider.calls).toHaveLength(1);
});

test('20 owners at once: one call, the others wait and find it done', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      onceElsewhere({ records: index % 2 === 0 ? one : other, job }, LONG, (call) => provider.pay(call)),
    ),
  );
  expect(answers.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(1);
  expect(new Set(answers.map(({ result }) => result))).toEqual(new Set([1]));
  expect(provider.calls).toHaveLength(1);
});

test('a call longer than the lease keeps it by renewals', async () => {
  const answer = await onceElsewhere({ records: one, job }, { leaseSeconds: 0.3, signal }, async (call) => {
    const until = Date.now() + 900;
    while (Date.now() < until) {
      expect((await other.lease(job, 60)).outcome).toBe('held');
      call.signal.throwIfAborted();
    }
    return provider.pay(call);
  });
  expect(answer.outcome).toBe('recorded');
});

test('a zombie whose lease went to another owner records nothing, and both used one key', async () => {
  const records = frozenOnceLeased();
  const zombie = onceElsewhere({ records, job }, { leaseSeconds: 0.05, signal }, async (call) => {
    const effect = await provider.pay(call);
    await onceElsewhere({ records: other, job }, LONG, (second) => provider.pay(second));
    return { result: effect.result + 100 };
  });
  await expect(zombie).resolves.toEqual({ outcome: 'repeat', result: 1 });
  expect(provider.calls.map(({ key }) => key)).toEqual([job.id, job.id]);
  expect(provider.calls.map(({ token }) => token)).toEqual(['1', '2']);
  expect(provider.payments.size).toBe(1);
});

test('a zombie that is back while the next owner still calls is told, and records nothing', async () => {
  const zombie = onceElsewhere({ records: frozenOnceLeased(), job }, { leaseSeconds: 0.05, signal }, async () => {
    let answer = await other.lease(job, 60);
    while (answer.outcome !== 'leased') answer = await other.lease(job, 60);
    return { result: 99 };
  });
  await expect(zombie).rejects.toThrow(EffectOwnerChanged);
  expect((await one.get(job.id))?.state).toBe('accepted');
});

/** Resolves once the call is told to stop; then it fails, as `fetch` would. */
const untilAborted = ({ signal: stop }: Call): Promise<never> =>
  new Promise((_, reject) => {
    stop.addEventListener('abort', () => {
      reject(stop.reason as Error);
    });
  });

test('a call whose lease ended is aborted, even while the store does not answer its renewal', async () => {
  const call = onceElsewhere({ records: frozenOnceLeased(), job }, { leaseSeconds: 0.1, signal }, untilAborted);
  await expect(call).rejects.toThrow(EffectOwnerChanged);
});

test('a call whose lease went to another owner is aborted by the next renewal', async () => {
  const call = onceElsewhere({ records: one, job }, { leaseSeconds: 3, signal }, async (running) => {
    // As the next owner's clock has it.
    await one.lease(job, 0, running.token);
    expect((await other.lease(job, 60)).outcome).toBe('leased');
    return untilAborted(running);
  });
  await expect(call).rejects.toThrow(EffectOwnerChanged);
  expect((await one.get(job.id))?.lease).toMatchObject({ token: 2 });
});

test('a renewal that fails while the store is unavailable is made up for before the lease ends', async () => {
  let asked = 0;
  const flickering: Pick<SqliteRecords, 'lease' | 'once'> = {
    once: one.once.bind(one),
    lease: (...request) =>
      (asked += 1) % 2 === 0 ? Promise.reject(new StoreUnavailable('away')) : one.lease(...request),
  };
  const answer = await onceElsewhere({ records: flickering, job }, { leaseSeconds: 0.6, signal }, async (call) => {
    await eventually(() => asked >= 6);
    call.signal.throwIfAborted();
    return provider.pay(call);
  });
  expect(answer).toEqual({ outcome: 'recorded', result: 1 });
});

test('a call that fails fails the run, and gives the lease back: the next owner calls at once', async () => {
  await expect(onceElsewhere({ records: one, job }, LONG, () => Promise.reject(new Error('402')))).rejects.toThrow(
    '402',
  );
  expect(await onceElsewhere({ records: other, job }, LONG, (call) => provider.pay(call))).toEqual({
    outcome: 'recorded',
    result: 1,
  });
});

test('told to stop while another owner calls: it waits no longer', async () => {
  await other.lease(job, 60);
  const stop = new AbortController();
  const waiting = onceElsewhere({ records: one, job }, { leaseSeconds: 60, signal: stop.signal }, (call) =>
    provider.pay(call),
  );
  stop.abort(new Error('draining'));
  await expect(waiting).rejects.toThrow();
  expect(provider.calls).toEqual([]);
});
