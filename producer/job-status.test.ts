import { statusOf } from './job-status';

const record = (lastError: string, state: 'failing' | 'failed') =>
  ({ id: 'id', state, lastError, attempts: 5, reason: 'attempts', updatedAt: 0 }) as const;

test.each([
  ['Error: connect ECONNREFUSED postgres://app:s3cret@10.0.3.7:5432/ledger', 'Error'],
  ['EffectRefused: no such table: UPDATE account SET balance = 1', 'EffectRefused'],
  ['postgres://app:s3cret@10.0.3.7 does not answer', 'Error'],
  ['s3cret: a string that was thrown', 'Error'],
  [`${'A'.repeat(1_000)}: long`, 'Error'],
  ['', 'Error'],
])('of %s a caller sees %s, or all of it', (lastError, name) => {
  for (const state of ['failing', 'failed'] as const) {
    expect(statusOf('id', record(lastError, state), false)).toMatchObject({ error: name });
    expect(statusOf('id', record(lastError, state), true)).toMatchObject({ error: lastError });
  }
});

test('without an error, none', () => {
  expect(statusOf('id', undefined, true)).toEqual({ id: 'id', status: 'pending' });
  const failed = { id: 'id', state: 'failed', attempts: 0, reason: 'deleted', updatedAt: 0 } as const;
  expect(statusOf('id', failed, true)).toEqual({ id: 'id', type: 'add-one', status: 'failed', reason: 'deleted' });
});
