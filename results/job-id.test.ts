import { v4, validate, version } from 'uuid';
import { couldBeOurs, issuedAt, keyedJobId, mayBePending, newJobId } from './job-id';

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

describe('an unknown id', () => {
  const now = Date.now();
  const id = newJobId();
  const minute = 60_000;
  const rows = [
    { name: 'v7 of now', id, at: now, pending: true, ours: true },
    { name: 'v7 at the end of retention', id, at: now + RETENTION_SECONDS * 1000, pending: true, ours: true },
    { name: 'v7 past retention', id, at: now + RETENTION_SECONDS * 1000 + minute, pending: false, ours: false },
    { name: 'v7 of a clock 4 minutes ahead', id, at: now - 4 * minute, pending: true, ours: true },
    { name: 'v7 of the future', id, at: now - 6 * minute, pending: false, ours: false },
    { name: 'v8', id: keyedJobId('a', 'b'), at: now, pending: false, ours: true },
    { name: 'v4', id: v4(), at: now, pending: false, ours: false },
    { name: 'in capitals', id: id.toUpperCase().replace(/^./, 'A'), at: now, pending: false, ours: false },
    { name: 'nil', id: '00000000-0000-0000-0000-000000000000', at: now, pending: false, ours: false },
    { name: 'with a wrong variant', id: `${id.slice(0, 19)}0${id.slice(20)}`, at: now, pending: false, ours: false },
    { name: 'with a line after it', id: `${id}\n`, at: now, pending: false, ours: false },
    { name: 'empty', id: '', at: now, pending: false, ours: false },
    { name: 'no UUID', id: '../../etc/passwd', at: now, pending: false, ours: false },
  ];

  test.each(rows)('$name: pending $pending, ours $ours', ({ id, at, pending, ours }) => {
    expect(mayBePending(id, at, RETENTION_SECONDS)).toBe(pending);
    expect(couldBeOurs(id, at, RETENTION_SECONDS)).toBe(ours);
  });

  test('issuedAt reads v7 only', () => {
    expect(issuedAt('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toBe(0x017f22e279b0);
    expect(issuedAt(keyedJobId('a', 'b'))).toBeUndefined();
    expect(issuedAt('x')).toBeUndefined();
  });
});
