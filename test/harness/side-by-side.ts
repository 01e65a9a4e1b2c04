import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

/** The test that the caller belongs to, if it runs beside others. */
const current = new AsyncLocalStorage<object>();

/** One of its kind for each test that runs beside others, and one for all tests of a file that do not. */
export function perTest<T>(make: () => T): () => T {
  const shared = make();
  const own = new WeakMap<object, T>();
  return () => {
    const test = current.getStore();
    if (!test) return shared;
    const made = own.get(test) ?? make();
    own.set(test, made);
    return made;
  };
}

interface Surroundings<Own> {
  readonly open: () => Promise<Own>;
  readonly close: (own: Own) => Promise<unknown>;
}

export interface SideBySide<Own> {
  readonly it: {
    (name: string, body: () => Promise<void>, timeoutMs?: number): void;
    readonly each: jest.Each;
  };
  /** What was opened for the test that asks. */
  readonly own: () => Own;
}

/**
 * For tests that mostly wait: those of a `describe`, or of the file outside of any, run at the same time, up to jest's
 * `maxConcurrency`, each in surroundings of its own, which take the place of `beforeEach` and `afterEach`.
 */
export function sideBySide<Own>({ open, close }: Surroundings<Own>): SideBySide<Own> {
  const held = new AsyncLocalStorage<Own>();
  const unclosed = new Set<() => Promise<unknown>>();
  const within =
    <Row extends unknown[]>(body: (...row: Row) => Promise<void>) =>
    (...row: Row): Promise<void> =>
      current.run({}, async () => {
        const own = await open();
        const end = AsyncResource.bind(() => close(own));
        unclosed.add(end);
        await held.run(own, () => body(...row)).finally(() => unclosed.delete(end) && end());
      });
  // What a test leaves open whose time is over.
  afterAll(() => Promise.all([...unclosed].map((end) => end())));
  const it = (name: string, body: () => Promise<void>, timeoutMs?: number): void => {
    test.concurrent(name, within(body), timeoutMs);
  };
  const each =
    (...table: unknown[]) =>
    (name: string, body: (...row: unknown[]) => Promise<void>, timeoutMs?: number): void => {
      test.concurrent.each(...(table as [unknown[]]))(name, within(body), timeoutMs);
    };
  return {
    it: Object.assign(it, { each: each as jest.Each }),
    own: () => {
      const own = held.getStore();
      if (own === undefined) throw new Error('Only a test that runs beside others has something of its own');
      return own;
    },
  };
}

export type ItOnBoth<Own> = (name: string, body: (own: Own) => Promise<void>, timeoutMs?: number) => void;

interface QueueSurroundings<Own> extends Pick<Surroundings<Own>, 'close'> {
  readonly open: (fifo: boolean) => Promise<Own>;
}

/** Each test runs on a standard queue and on a FIFO one, and is handed what was opened for it. */
export function onBothQueues<Own>({ open, close }: QueueSurroundings<Own>): ItOnBoth<Own> {
  const kinds = [false, true].map((fifo) => sideBySide({ open: () => open(fifo), close }));
  return (name, body, timeoutMs) => {
    for (const [place, { it, own }] of kinds.entries()) {
      it(`${name}: on a ${place === 0 ? 'standard' : 'FIFO'} queue`, () => body(own()), timeoutMs);
    }
  };
}
