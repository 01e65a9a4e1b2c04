import { v4, validate, version } from 'uuid';
import { isKeyed, issuedAt, keyedJobId, mayBePending, newJobId, readJobId } from './job-id';

const RETENTION_SECONDS = 1_000;

test('a new id is a v7 of now, and differs from the last', () => {
  const from = Date.now();
  const ids = Array.from({ length: 1_000 }, newJobId);
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) {
    expect(version(id)).toBe(7);
    expect(issuedAt(id)).toBeGreaterThanOrEqual(from);
    expect(issuedAt(id)).toBeLessThanOrEqual(Date.now() + 1);
  }
});

describe('a keyed id', () => {
  test('is a v8, the same for the same caller and key, for ever', () => {
    const id = keyedJobId('caller', 'key');
    expect(validate(id) && version(id)).toBe(8);
    expect(id).toBe('394f1ed4-a29b-859e-9f82-c6d7c792a779');
  });

  test('keeps caller and key apart', () => {
    const pairs = [
      ['a', 'bc'],
      ['ab', 'c'],
      ['abc', ''],
      ['', 'abc'],
      ['a","b', 'c'],
      ['a', 'b","c'],
      ['a', 'BC'],
      ['\ud800', 'x'],
      ['\ufffd', 'x'],
    ];
    const ids = pairs.map(([caller = '', key = '']) => keyedJobId(caller, key));
    expect(new Set(ids).size).toBe(pairs.length);
    for (const id of ids) expect(version(id)).toBe(8);
  });
});

describe('an id that is asked for', () => {
  const now = Date.now();
  const id = newJobId();
  const minute = 60_000;
  const rows = [
    { name: 'v7 of now', id, at: now, pending: true },
    { name: 'v7 at the end of retention', id, at: now + RETENTION_SECONDS * 1000, pending: true },
    { name: 'v7 past retention', id, at: now + RETENTION_SECONDS * 1000 + minute, pending: false },
    { name: 'v7 of a clock 4 minutes ahead', id, at: now - 4 * minute, pending: true },
    { name: 'v7 of the future', id, at: now - 6 * minute, pending: false },
    { name: 'v8', id: keyedJobId('a', 'b'), at: now, pending: false },
    { name: 'v4, as of a message sent by hand', id: v4(), at: now, pending: false },
    { name: 'nil', id: '00000000-0000-0000-0000-000000000000', at: now, pending: false },
  ];

  test.each(rows)('$name: a job of that id is pending without a record: $pending', ({ id, at, pending }) => {
    expect(mayBePending(id, at, RETENTION_SECONDS)).toBe(pending);
    expect(readJobId(id)).toBe(id);
    expect(readJobId(id.toUpperCase())).toBe(id);
  });

  test.each([`${id.slice(0, 19)}0${id.slice(20)}`, `${id}\n`, ` ${id}`, `{${id}}`, '', '../../etc/passwd'])(
    '%j is none',
    (text) => {
      expect(readJobId(text)).toBeUndefined();
      expect(mayBePending(text, now, RETENTION_SECONDS)).toBe(false);
    },
  );

  test('a keyed one tells, and no other', () => {
    expect([keyedJobId('a', 'b'), id, v4(), 'x'].map(isKeyed)).toEqual([true, false, false, false]);
  });

  test('issuedAt reads v7 only', () => {
    expect(issuedAt('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toBe(0x017f22e279b0);
    expect(issuedAt(keyedJobId('a', 'b'))).toBeUndefined();
    expect(issuedAt('x')).toBeUndefined();
  });
});
