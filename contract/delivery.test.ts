import { DELIVERY, deriveMaxReceiveCount, minReceiveCount } from './delivery';

describe('the receives that SQS itself allows', () => {
  it.each([
    [30, 1_000],
    [259, 1_000],
    [260, 996],
    [540, 480],
    [5_700, 45],
    [43_200, 6],
  ])('with a visibility timeout of %i s: %i', (visibilityTimeoutSeconds, receives) => {
    expect(deriveMaxReceiveCount({ ...DELIVERY, visibilityTimeoutSeconds })).toBe(receives);
  });

  it('leave a message a quarter of its retention, whatever the retention', () => {
    const week = { visibilityTimeoutSeconds: 3_600, queueRetentionSeconds: 7 * 86_400 };
    expect(deriveMaxReceiveCount(week)).toBe(126);
  });

  it('are one at least, as SQS takes no other', () => {
    expect(deriveMaxReceiveCount({ visibilityTimeoutSeconds: 43_200, queueRetentionSeconds: 60 })).toBe(1);
  });

  it('are to be more than a job needs that fails, or ends its process, as often as it may', () => {
    expect(minReceiveCount(DELIVERY)).toBe(DELIVERY.maxAttempts + 18);
  });
});
