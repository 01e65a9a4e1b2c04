import { Problem } from '../../service/problem';
import { Confirmations, type Meant } from './confirmations';

const MEANT: Meant = { action: 'purge', letters: [], named: false, typed: 'jobs-dlq' };

const statusOf = (work: () => unknown): number => {
  try {
    work();
    return 200;
  } catch (error) {
    return error instanceof Problem ? error.status : 500;
  }
};

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a question can be answered for two minutes, once, and with the name that it asks for', () => {
  const confirmations = new Confirmations();
  const confirmation = confirmations.add(MEANT);
  expect(statusOf(() => confirmations.meant(confirmation, undefined))).toBe(400);
  expect(statusOf(() => confirmations.meant(confirmation, 'jobs'))).toBe(400);
  expect(confirmations.meant(confirmation, 'jobs-dlq')).toMatchObject(MEANT);
  jest.advanceTimersByTime(119_000);
  expect(statusOf(() => confirmations.meant(confirmation, 'jobs-dlq'))).toBe(200);
  jest.advanceTimersByTime(2_000);
  expect(statusOf(() => confirmations.meant(confirmation, 'jobs-dlq'))).toBe(410);
  const used = confirmations.add(MEANT);
  confirmations.use(used);
  expect(statusOf(() => confirmations.meant(used, 'jobs-dlq'))).toBe(410);
});

test('of many questions the oldest are forgotten', () => {
  const confirmations = new Confirmations();
  const [first = '', second = ''] = Array.from({ length: 51 }, () => confirmations.add(MEANT));
  expect(statusOf(() => confirmations.meant(first, 'jobs-dlq'))).toBe(410);
  expect(statusOf(() => confirmations.meant(second, 'jobs-dlq'))).toBe(200);
});
