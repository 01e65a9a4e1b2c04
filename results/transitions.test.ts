import { RecordRefused } from './errors';
import type { StoredRecord } from './stored-record';
import { payloadOf } from './payload-hash';
import { leasing, recording } from './transitions';

const job = { id: 'one', payload: payloadOf({ type: 'add-one', input: 1 }) };
const NOW = 1_000_000;
const SECONDS = 10;
const leased = (until: number): StoredRecord => ({
  id: job.id,
  state: 'accepted',
  hash: job.payload.hash,
  attempts: 0,
  lease: { token: 3, until },
  updatedAt: 1,
});

describe('a lease with token 3', () => {
  const UNTIL = NOW + SECONDS * 1_000;

  test.each([
    ['lasts a millisecond more', { ends: NOW + 1, token: undefined }, { outcome: 'held', token: 3, until: NOW + 1 }],
    ['ends just now', { ends: NOW, token: undefined }, { outcome: 'leased', token: 4, until: UNTIL }],
    ['ended, as its owner renews it', { ends: NOW - 1, token: 3 }, { outcome: 'leased', token: 3, until: UNTIL }],
    ['lasts, as its owner renews it', { ends: NOW + 1, token: 3 }, { outcome: 'leased', token: 3, until: UNTIL }],
    ['ended, as an older owner asks', { ends: NOW - 1, token: 2 }, { outcome: 'held', token: 3, until: NOW - 1 }],
    ['ended, as a token never given asks', { ends: NOW - 1, token: 4 }, { outcome: 'held', token: 3, until: NOW - 1 }],
  ])('%s', (_, { ends, token }, { outcome, ...lease }) => {
    const { answer, write } = leasing(leased(ends), { ...job, seconds: SECONDS, token }, NOW);
    expect(answer).toEqual({ outcome, lease });
    expect(write?.lease).toEqual(outcome === 'leased' ? lease : undefined);
  });

  test.each([
    [3, 'recorded'],
    [2, 'lost'],
    [4, 'lost'],
    [undefined, 'recorded'],
  ])('with token %p the result is %s, even after it ended', (token, outcome) => {
    const { answer, write } = recording(leased(NOW - 1), { ...job, result: '2', token }, NOW);
    expect(answer.outcome).toBe(outcome);
    expect(write?.state).toBe(outcome === 'recorded' ? 'done' : undefined);
  });

  test('is no obstacle to a repeat, with whatever token', () => {
    const done: StoredRecord = { ...leased(NOW + 1), state: 'done', result: '2' };
    expect(recording(done, { ...job, result: '9', token: 1 }, NOW)).toEqual({
      answer: { outcome: 'repeat', result: 2 },
    });
  });
});

test.each([NaN, Infinity, -0.001])('%p seconds are none', (seconds) => {
  expect(() => leasing(undefined, { ...job, seconds }, NOW)).toThrow(RecordRefused);
});
