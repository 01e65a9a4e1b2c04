import { Pace } from './pace';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('tells what a window held, and that until the next is over', () => {
  const pace = new Pace();
  for (let count = 0; count < 100; count += 1) pace.count();
  jest.advanceTimersByTime(50);
  expect(pace.perMs()).toBe(2);
  jest.advanceTimersByTime(49);
  expect(pace.perMs()).toBe(2);
  jest.advanceTimersByTime(1);
  expect(pace.perMs()).toBe(0);
});

it('takes a window for as long as nobody asked', () => {
  const pace = new Pace();
  for (let count = 0; count < 100; count += 1) pace.count();
  jest.advanceTimersByTime(1_000);
  expect(pace.perMs()).toBe(0.1);
});

it('need not wait for the end of a window that holds more than the last', () => {
  const pace = new Pace();
  jest.advanceTimersByTime(2_000);
  expect(pace.perMs()).toBe(0);
  for (let count = 0; count < 100; count += 1) pace.count();
  jest.advanceTimersByTime(10);
  expect(pace.perMs()).toBe(2);
  jest.advanceTimersByTime(40);
  expect(pace.perMs()).toBe(2);
});
