import { Permits } from './permits';

it('hands out at most ten, and the rest to the next', async () => {
  const permits = new Permits(15);
  expect(await permits.acquire()).toBe(10);
  expect(await permits.acquire()).toBe(5);
});

it('waits a moment for room for more than one, and then takes what there is', async () => {
  const permits = new Permits(40);
  for (let taken = 0; taken < 40; taken += 10) await permits.acquire();
  const soon = permits.acquire();
  permits.release(4);
  permits.release(6);
  expect(await soon).toBe(10);
  const later = permits.acquire();
  permits.release(1);
  expect(await later).toBe(1);
});

it('serves a single permit without delay', async () => {
  const permits = new Permits(1);
  await permits.acquire();
  const next = permits.acquire();
  permits.release(1);
  expect(await next).toBe(1);
});

it('rejects who waits, and who comes later, once closed', async () => {
  const permits = new Permits(1);
  await permits.acquire();
  const waiting = permits.acquire();
  permits.close(new Error('closed'));
  await expect(waiting).rejects.toThrow('closed');
  await expect(permits.acquire()).rejects.toThrow('closed');
});
