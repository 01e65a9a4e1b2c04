import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Note, NoteKind, Notes } from '../notes';
import { type Store, times } from './store-under-test';

const noteOf = (rest: Partial<Note>): Note => ({
  kind: 'audit',
  key: randomUUID(),
  at: Date.now(),
  value: { who: 'somebody' },
  ...rest,
});

/** Asks until there are `count` notes, for up to 10 s: an index of DynamoDB's follows its table a moment later. */
async function listed(notes: Notes, kind: NoteKind, count: number): Promise<readonly Note[]> {
  for (let tries = 200; ; tries -= 1) {
    const found = await notes.list(kind, 1_000);
    if (found.length === count || tries === 0) return found;
    await wait(50);
  }
}

export function noteWrites(store: Store): void {
  test('a note is found by its kind and key, by another handle too', async () => {
    const { records, reopen } = store();
    const note = noteOf({ kind: 'pause', key: 'jobs.fifo' });
    expect(await records.notes.get('pause', 'jobs.fifo')).toBeUndefined();
    await records.notes.put(note);
    expect(await (await reopen()).notes.get('pause', 'jobs.fifo')).toEqual(note);
    expect(await records.notes.get('hold', 'jobs.fifo')).toBeUndefined();
    expect(await records.notes.get('pause', 'jobs')).toBeUndefined();
  });

  test.each([[null], [0], ['\u0000 \ud800 "'], [[]], [{ ids: ['ö', '日'], count: 1e300, filter: { text: "'" } }]])(
    'its value is any JSON: %j',
    async (value) => {
      const { notes } = store().records;
      const note = noteOf({ value });
      await notes.put(note);
      expect(await notes.get('audit', note.key)).toEqual(note);
    },
  );

  test('what is no JSON is refused', async () => {
    const put = store().records.notes.put(noteOf({ value: undefined }));
    await expect(put).rejects.toMatchObject({ code: 'RECORD_REFUSED' });
  });
}

export function noteChanges(store: Store): void {
  test('put again it replaces the one before', async () => {
    const { notes } = store().records;
    const note = noteOf({ kind: 'hold', at: 1_000 });
    await notes.put(note);
    await notes.put({ ...note, at: 2_000, value: 'later' });
    expect(await notes.get('hold', note.key)).toEqual({ ...note, at: 2_000, value: 'later' });
    expect(await listed(notes, 'hold', 1)).toEqual([{ ...note, at: 2_000, value: 'later' }]);
  });

  test('removed it is gone, and others stay; removed again nothing happens', async () => {
    const { notes } = store().records;
    const [gone, left] = [noteOf({ kind: 'hold' }), noteOf({ kind: 'hold' })];
    await notes.put(gone);
    await notes.put(left);
    await notes.remove('hold', gone.key);
    await notes.remove('hold', gone.key);
    expect(await notes.get('hold', gone.key)).toBeUndefined();
    expect(await listed(notes, 'hold', 1)).toEqual([left]);
    await notes.put(gone);
    expect(await listed(notes, 'hold', 2)).toHaveLength(2);
  });
}

export function noteReads(store: Store): void {
  test('many at once: those there are, each once', async () => {
    const { notes } = store().records;
    const all = await times(150, async (nth) => {
      const note = noteOf({ kind: 'hold', value: nth });
      await notes.put(note);
      return note;
    });
    const keys = all.map(({ key }) => key);
    const found = await notes.getMany('hold', [...keys, ...keys, randomUUID()]);
    expect(found).toHaveLength(150);
    expect(found).toEqual(expect.arrayContaining(all));
    expect(await notes.getMany('audit', keys)).toEqual([]);
    expect(await notes.getMany('hold', [])).toEqual([]);
  });

  test('of one kind, newest first, up to the limit', async () => {
    const { notes } = store().records;
    const all = Array.from({ length: 5 }, (_, nth) => noteOf({ at: 1_000 + nth, value: nth }));
    for (const note of [all[2], all[0], all[4], all[1], all[3]]) if (note) await notes.put(note);
    await notes.put(noteOf({ kind: 'hold' }));
    expect(await listed(notes, 'audit', 5)).toEqual(all.toReversed());
    expect((await notes.list('audit', 2)).map(({ value }) => value)).toEqual([4, 3]);
    expect(await notes.list('pause', 1_000)).toEqual([]);
  });

  test.each([0, 1_001, 1.5, NaN])('a list of %p notes is refused', async (limit) => {
    await expect(store().records.notes.list('audit', limit)).rejects.toThrow(/has from 1 to 1000, not/);
  });

  test('records and notes are nothing to each other, whatever their keys', async () => {
    const { records } = store();
    const note = noteOf({ kind: 'hold' });
    await records.notes.put(note);
    expect(await records.get(note.key)).toBeUndefined();
    await records.failJob({ id: note.key, reason: 'attempts' });
    expect(await records.notes.get('hold', note.key)).toEqual(note);
    expect((await records.list({ state: 'failed', limit: 10 })).records.length).toBeLessThan(2);
    await records.notes.remove('hold', note.key);
    expect(await records.get(note.key)).toMatchObject({ state: 'failed' });
  });
}

export function noteEnds(store: Store): void {
  test('what was changed expires with the records; what is paused or held stays', async () => {
    const { records, expiresByItself } = store();
    const [audit, pause, hold] = (['audit', 'pause', 'hold'] as const).map((kind) => noteOf({ kind, at: 1_000 }));
    for (const note of [audit, pause, hold]) if (note) await records.notes.put(note);
    expect(await records.expire(1_000)).toBe(0);
    if (expiresByItself) return;
    expect(await records.expire(1_001)).toBe(1);
    expect(await records.notes.get('audit', audit?.key ?? '')).toBeUndefined();
    for (const note of [pause, hold])
      expect(await records.notes.get(note?.kind ?? 'hold', note?.key ?? '')).toEqual(note);
  });

  test('once the store is closed, calls reject', async () => {
    const { records } = store();
    await records.close();
    const { notes } = records;
    const calls = [
      notes.put(noteOf({})),
      notes.get('audit', 'key'),
      notes.getMany('audit', ['key']),
      notes.remove('audit', 'key'),
      notes.list('audit', 10),
    ];
    for (const settled of await Promise.allSettled(calls))
      expect(settled).toMatchObject({ status: 'rejected', reason: { code: 'STORE_CLOSED' } });
  });
}
