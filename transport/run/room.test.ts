import { Room } from './room';

afterEach(() => jest.useRealTimers());

it('hands out at most ten, and the rest to the next', async () => {
  const room = new Room(15);
  expect(await room.acquire()).toBe(10);
  expect(await room.acquire()).toBe(5);
});

it('waits a moment for room for more than one, and then takes what there is', async () => {
  const room = new Room(40);
  for (let taken = 0; taken < 40; taken += 10) await room.acquire();
  const soon = room.acquire();
  room.release(4);
  room.release(6);
  expect(await soon).toBe(10);
  const later = room.acquire();
  room.release(1);
  expect(await later).toBe(1);
});

it('serves a single place without delay', async () => {
  const room = new Room(1);
  await room.acquire();
  const next = room.acquire();
  room.release(1);
  expect(await next).toBe(1);
});

it('rejects who waits, and who comes later, once closed', async () => {
  const room = new Room(1);
  await room.acquire();
  const waiting = room.acquire();
  room.close(new Error('closed'));
  await expect(waiting).rejects.toThrow('closed');
  await expect(room.acquire()).rejects.toThrow('closed');
});

/** So many, settled as soon as their work is over. */
function work(room: Room, count: number): void {
  for (let ended = 0; ended < count; ended += 1) {
    room.workEnded();
    room.settled();
  }
}

describe('ahead of permits', () => {
  beforeEach(() => jest.useFakeTimers());

  it('takes in what there will be permits for by the time it comes', async () => {
    const room = new Room(10);
    expect(await room.acquire()).toBe(10);
    work(room, 10);
    jest.advanceTimersByTime(50);
    // Ten in 50 ms: four in the 20 that a receive takes.
    expect(await room.acquire()).toBe(10);
    expect(await room.acquire()).toBe(4);
  });

  it('takes in no more than there are permits, however fast they come back', async () => {
    const room = new Room(10);
    for (let round = 0; round < 100; round += 1) work(room, await room.acquire());
    jest.advanceTimersByTime(50);
    expect(await room.acquire()).toBe(10);
    expect(await room.acquire()).toBe(10);
    let third: number | undefined;
    void room.acquire().then((count) => (third = count));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(third).toBeUndefined();
  });

  it('takes in nothing ahead where work is slow', async () => {
    const room = new Room(10);
    expect(await room.acquire()).toBe(10);
    jest.advanceTimersByTime(60_000);
    work(room, 1);
    const next = room.acquire();
    await jest.advanceTimersByTimeAsync(20);
    expect(await next).toBe(1);
  });
});

it('needs no room for what is only to be settled, up to as many as there are permits', async () => {
  jest.useFakeTimers();
  const room = new Room(4);
  /** Four in a second, so that nothing is taken in ahead. */
  const endWork = (): void => {
    for (let ended = 0; ended < 4; ended += 1) room.workEnded();
    jest.advanceTimersByTime(1_000);
  };
  expect(await room.acquire()).toBe(4);
  endWork();
  expect(await room.acquire()).toBe(4);
  endWork();
  const next = room.acquire();
  room.settled();
  expect(await next).toBe(1);
});

it('needs room again for what is to run again', async () => {
  const room = new Room(1);
  expect(await room.acquire()).toBe(1);
  room.workEnded();
  room.workAgain();
  const next = room.acquire();
  room.release(1);
  expect(await next).toBe(1);
});
