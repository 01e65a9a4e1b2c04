import { TEST_JOB } from '../test/harness/jobs';
import { assertFits } from './rows';
import { sizeLimitFaults } from './size-limits';

const ofSize = (sizeLimitBytes: number) => ({
  ...TEST_JOB,
  type: 'resize',
  policy: { ...TEST_JOB.policy, sizeLimitBytes },
});

test('a job type that the store has no room for is one sentence, with what would do', () => {
  const [fault = '', ...others] = sizeLimitFaults('dynamodb:results', [TEST_JOB, ofSize(262_144)]);
  expect(others).toEqual([]);
  expect(fault).toBe(
    'The job type resize allows 262144 bytes for an input and for a result each, and an item of DynamoDB holds 409600 in ' +
      "all; set its policy's sizeLimitBytes to 200704 or less, or name another store in RESULTS",
  );
  expect(sizeLimitFaults('dynamodb:results', [ofSize(200_704)])).toEqual([]);
  expect(sizeLimitFaults('sqlite:some/path:x', [ofSize(262_144)])).toEqual([]);
  expect(sizeLimitFaults('sqlite:path', [ofSize(500_000_000)])).toHaveLength(1);
  for (const scheme of ['postgres', 'postgresql']) {
    const url = `${scheme}://app:s3cret@db/ledger`;
    expect(sizeLimitFaults(url, [ofSize(100_000_000)])).toEqual([]);
    const [text = ''] = sizeLimitFaults(url, [ofSize(200_000_000)]);
    expect(text).toMatch(/a record in PostgreSQL holds 268435456 in all; set its policy's sizeLimitBytes to 134213632/);
  }
});

test('a record that no row can hold is refused before it is written, with its sizes in bytes', () => {
  const limit = { bytes: 20_000, of: 'a row of SQLite' };
  const record = { id: 'one', state: 'done', attempts: 0, updatedAt: 0 } as const;
  expect(() => {
    assertFits({ ...record, input: '"é"', result: `"${'é'.repeat(6_000)}"` }, limit);
  }).toThrow(
    /takes 20198 bytes, its input 4 and its result 12002 of them, and a row of SQLite holds 20000; return less/,
  );
  expect(() => {
    assertFits({ ...record, input: '1', result: `"${'e'.repeat(11_000)}"` }, limit);
  }).not.toThrow();
});
