import { type Run } from './run';
import { spreadOf, summarize } from './summary';

const run = (peer: string, round: number, perSecond: number): Run => ({
  workload: 'no-op',
  peer,
  round,
  messages: 100,
  figures: { perSecond, cpuMicros: 1_000_000 / perSecond },
  calls: { ReceiveMessage: round / 10 },
  faults: [],
});

const lossy = (peer: string, round: number, perSecond: number): Run => ({
  ...run(peer, round, perSecond),
  faults: ['lost'],
});

const CEILINGS = { sdk: new Set(['raw-4', 'raw-10']), lean: new Set(['lean-4']) };

test('a spread is the median, the least and the most', () => {
  expect(spreadOf([5, 1, 3])).toEqual({ median: 3, least: 1, most: 5 });
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, least: 1, most: 4 });
});

test('ratios are made within a round, to the faster of the references', () => {
  const runs = [
    ...[run('raw-4', 1, 1_000), run('raw-10', 1, 900), run('ours', 1, 800)],
    ...[run('raw-4', 2, 500), run('raw-10', 2, 600), run('ours', 2, 450)],
    ...[run('raw-4', 3, 2_000), run('raw-10', 3, 100), run('ours', 3, 1_000)],
  ];
  const [raw4, raw10, ours] = summarize(runs, () => CEILINGS);
  expect(ours).toMatchObject({ reference: 'raw-4', rounds: 3, invalid: 0 });
  expect(ours?.figures.perSecond).toEqual({ median: 800, least: 450, most: 1_000 });
  expect(ours?.ratios.perSecond).toEqual({ median: 0.8, least: 0.5, most: 0.9 });
  expect(ours?.ratios.cpuMicros?.median).toBeCloseTo(1.25);
  expect(ours?.calls).toEqual({ ReceiveMessage: 0.2 });
  expect(raw4?.ratios.perSecond).toEqual({ median: 1, least: 1, most: 1 });
  expect(raw10?.ratios.perSecond).toEqual({ median: 0.9, least: 0.05, most: 1.2 });
});

test('ratios to the loop on the lean path are made beside them', () => {
  const runs = [run('raw-4', 1, 1_000), run('lean-4', 1, 2_000), run('ours', 1, 1_500)];
  const [raw, lean, ours] = summarize(runs, () => CEILINGS);
  expect([raw, lean, ours].map((one) => one?.reference)).toEqual(['raw-4', 'raw-4', 'raw-4']);
  expect([raw, lean, ours].map((one) => one?.ratios.perSecond?.median)).toEqual([1, 2, 1.5]);
  expect([raw, lean, ours].map((one) => one?.toLean.perSecond?.median)).toEqual([0.5, 1, 0.75]);
});

test('an invalid run counts for nothing, not as a reference either', () => {
  const runs = [lossy('raw-4', 1, 9_000), run('raw-10', 1, 1_000), run('ours', 1, 500), lossy('ours', 2, 1)];
  const ours = summarize(runs, () => CEILINGS).find(({ peer }) => peer === 'ours');
  expect(ours).toMatchObject({ reference: 'raw-10', rounds: 1, invalid: 1 });
  expect(ours?.figures.perSecond?.median).toBe(500);
  expect(ours?.ratios.perSecond?.median).toBe(0.5);
});

test('without a reference and without a valid run there are no figures to make up', () => {
  const [only] = summarize([lossy('ours', 1, 5)], () => CEILINGS);
  expect(only).toMatchObject({ reference: undefined, rounds: 0, invalid: 1, figures: {}, ratios: {}, calls: {} });
  const [alone] = summarize([run('ours', 1, 5)], () => CEILINGS);
  expect(alone).toMatchObject({ reference: undefined, ratios: {} });
});
