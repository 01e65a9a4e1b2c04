import { AMOUNT, FULL, longestSeconds, nameOf, QUICK, settingsOf } from './grid';
import { linesOf, shadeOf } from './shade';
import { disappointments, faultsOf, tally, totalOf, type Seen } from './tally';

const SETTING = { workSeconds: 15, visibilitySeconds: 5, receiveLimit: 2 };
const CLEAN: Seen = {
  ordered: ['a', 'b'],
  runs: ['a', 'b'],
  bookings: ['a', 'b'],
  deadLetters: [],
  moved: 2 * AMOUNT,
  left: 0,
};
const DOUBLED: Seen = { ...CLEAN, runs: ['a', 'b', 'a'], bookings: ['a', 'b', 'a'], moved: 3 * AMOUNT };

test('the grid: every combination once, within three minutes even where nothing settles', () => {
  const settings = settingsOf(FULL);
  expect(new Set(settings.map(nameOf)).size).toBe(4 * 4 * 3);
  expect(Math.max(...settings.map(longestSeconds))).toBeLessThan(170);
  expect(settingsOf(QUICK)).toHaveLength(4);
});

describe('a cell', () => {
  test('paid once each is right', () => {
    const one = tally('plusone', SETTING, CLEAN);
    expect(faultsOf(one)).toEqual([]);
    expect(shadeOf(one)).toBe('right');
    expect(linesOf(one)).toEqual(['✓ €200', '2 runs', '2 paid']);
  });

  test('paid again', () => {
    const one = tally('tutorial', SETTING, DOUBLED);
    expect(one).toMatchObject({ runs: 3, paid: 3, paidAgain: 1, ordered: 200, moved: 300 });
    expect(faultsOf(one)).toEqual(['1 paid again']);
    expect(shadeOf(one)).toBe('twice');
  });

  test('a dead letter of a transfer that was paid is an early one, another is not', () => {
    const one = tally('tutorial', SETTING, { ...CLEAN, bookings: ['a'], moved: AMOUNT, deadLetters: ['a', 'b'] });
    expect(one).toMatchObject({ earlyDeadLetters: 1, deadLetters: 1, unpaid: 1 });
    expect(faultsOf(one)).toEqual(['1 not paid', '1 dead-lettered though paid', '1 dead-lettered']);
    expect(shadeOf(one)).toBe('unpaid');
  });

  test('paid right and dead-lettered', () => {
    expect(shadeOf(tally('tutorial', SETTING, { ...CLEAN, deadLetters: ['a'] }))).toBe('dead');
  });

  test('money that no booking explains, and messages left, are faults', () => {
    expect(faultsOf(tally('plusone', SETTING, { ...CLEAN, moved: 1 }))).toEqual(['1 moved of 200']);
    expect(faultsOf(tally('plusone', SETTING, { ...CLEAN, left: 3 }))).toEqual(['3 left in the queue']);
  });
});

test('totals are of one consumer', () => {
  const tallies = [tally('tutorial', SETTING, DOUBLED), tally('plusone', SETTING, CLEAN)];
  expect(totalOf(tallies, 'tutorial')).toMatchObject({ cells: 1, wrongCells: 1, paidAgain: 1, moved: 300 });
  expect(totalOf(tallies, 'plusone')).toMatchObject({ cells: 1, wrongCells: 0, ordered: 200, moved: 200 });
});

test('a lab that shows nothing, or a cell of ours that is off, is told', () => {
  const shown = tally('tutorial', SETTING, DOUBLED);
  expect(disappointments([shown, tally('plusone', SETTING, CLEAN)])).toEqual([]);
  expect(disappointments([tally('tutorial', SETTING, CLEAN)])).toEqual([expect.stringMatching(/nothing was shown/)]);
  expect(disappointments([shown, tally('plusone', SETTING, DOUBLED)])).toEqual([
    'plusone, work 15 s, timeout 5 s, limit 2: 1 paid again',
  ]);
});
