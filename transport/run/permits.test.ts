import { Permits } from './permits';

it('are taken at once while there are some, and then in the order they were asked for', async () => {
  const permits = new Permits(1);
  expect(permits.take(1_000)).toBe(true);
  const order: string[] = [];
  const first = Promise.resolve(permits.take(1_000)).then(() => order.push('first'));
  const second = Promise.resolve(permits.take(1_000)).then(() => order.push('second'));
  permits.giveBack();
  await first;
  expect(order).toEqual(['first']);
  permits.giveBack();
  await second;
  permits.giveBack();
  expect(permits.take(1_000)).toBe(true);
});

it('sends away who waits, and who would have to, once waits have ended', async () => {
  const permits = new Permits(1);
  expect(permits.take(1_000)).toBe(true);
  const waiting = permits.take(1_000);
  permits.endWaits();
  expect(await waiting).toBe(false);
  expect(permits.take(1_000)).toBe(false);
  permits.giveBack();
  expect(permits.take(1_000)).toBe(true);
});

it('waits no longer than it is told to', async () => {
  const permits = new Permits(1);
  expect(permits.take(1_000)).toBe(true);
  expect(await permits.take(10)).toBe(false);
  const next = permits.take(1_000);
  permits.giveBack();
  expect(await next).toBe(true);
});
