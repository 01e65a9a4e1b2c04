import { NEMESES, NEMESIS_NAMES, type NemesisName } from './nemesis';
import { makePlan, type Plan, type PlanOptions } from './plan';

const ALL: PlanOptions = { seed: 7, jobs: 5_000, nemeses: NEMESIS_NAMES, remoteStore: true, fifo: false };

it('is the same for the same seed, and another for another', () => {
  expect(makePlan(ALL)).toEqual(makePlan({ ...ALL }));
  expect(makePlan({ ...ALL, seed: 8 })).not.toEqual(makePlan(ALL));
});

it('fires each nemesis three times in a full run, once in a short one', () => {
  const times = (jobs: number): Set<number> => {
    const { firings } = makePlan({ ...ALL, jobs });
    return new Set(NEMESIS_NAMES.map((name) => firings.filter(({ nemesis }) => nemesis === name).length));
  };
  expect([times(5_000), times(600)]).toEqual([new Set([3]), new Set([1])]);
});

it('has room for all nemeses of a lane, one after the other, while jobs are asked for', () => {
  const { firings, lastsMs } = makePlan(ALL);
  const processes = firings.filter(({ nemesis }) => NEMESES[nemesis].lane === 'process');
  for (const [index, { at, lastsMs: lasts }] of processes.entries())
    expect(at + lasts).toBeLessThanOrEqual(processes[index + 1]?.at ?? lastsMs);
});

it('asks for every number once, about a third with a key, about 1 % poison', () => {
  const { wishes } = makePlan(ALL);
  const share = (holds: (wish: (typeof wishes)[number]) => boolean): number =>
    wishes.filter(holds).length / wishes.length;
  expect(new Set(wishes.map(({ number }) => number)).size).toBe(5_000);
  expect(share(({ idempotencyKey }) => idempotencyKey !== undefined)).toBeCloseTo(1 / 3, 1);
  expect(share(({ number }) => number < 0)).toBeGreaterThan(0.005);
  expect(share(({ number }) => number < 0)).toBeLessThan(0.02);
});

it('puts every job into one of twenty groups on a FIFO queue, and into none on a standard one', () => {
  const groups = ({ wishes }: Plan): Set<string | undefined> => new Set(wishes.map(({ group }) => group));
  expect(groups(makePlan({ ...ALL, fifo: true })).size).toBe(20);
  expect(groups(makePlan({ ...ALL, fifo: true }))).not.toContain(undefined);
  expect(groups(makePlan(ALL))).toEqual(new Set([undefined]));
});

it.each<NemesisName>(['freeze', 'store-away'])('draws %s alone', (name) => {
  const { firings, lastsMs } = makePlan({ ...ALL, jobs: 600, nemeses: [name] });
  expect(firings.map(({ nemesis }) => nemesis)).toEqual([name]);
  expect(lastsMs).toBeGreaterThanOrEqual(6_000);
});
