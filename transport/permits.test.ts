import { Permits } from './permits';

it('are taken at once while there are some, and then in the order they were asked for', async () => {
  const permits = new Permits(1);
  expect(permits.take()).toBe(true);
  const order: string[] = [];
  const first = Promise.resolve(permits.take()).then(() => order.push('first'));
  const second = Promise.resolve(permits.take()).then(() => order.push('second'));
  permits.giveBack();
  await first;
  expect(order).toEqual(['first']);
  permits.giveBack();
  await second;
  permits.giveBack();
  expect(permits.take()).toBe(true);
});

it('sends away who waits, and who would have to, once waits have ended', async () => {
  const permits = new Permits(1);
  expect(permits.take()).toBe(true);
  const waiting = permits.take();
  permits.endWaits();
  expect(await waiting).toBe(false);
  expect(permits.take()).toBe(false);
  permits.giveBack();
  expect(permits.take()).toBe(true);
});
