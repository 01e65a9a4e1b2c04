import { workOf } from '../../jobs/work';
import { type Pair, startPair } from '../../testing/pair';
import { PAYMENT } from './definition';
import { PaymentProvider } from './payment-provider';
import { Pay, PAYMENT_URL, paymentUrl } from './work';

const CHARGE = { amount: 1999, currency: 'EUR', customer: 'ann' } as const;

let provider: PaymentProvider;
let pair: Pair;
beforeEach(async () => {
  provider = await PaymentProvider.start();
  pair = await startPair({
    works: [workOf(PAYMENT, Pay, { providers: [paymentUrl] })],
    fakes: [{ provide: PAYMENT_URL, useValue: provider.url }],
    policy: { backoff: { firstSeconds: 1, maxSeconds: 1, factor: 1 } },
  });
});
afterEach(async () => {
  await pair.close();
  provider.close();
});

it('pays once under the id of the job, however often it is delivered', async () => {
  const id = await pair.send(PAYMENT, CHARGE);
  for (let again = 0; again < 3; again += 1) await pair.deliverAgain(PAYMENT, id, CHARGE);
  expect(await pair.result(id)).toBe('payment-1');
  await pair.idle();
  expect([...provider.paid]).toEqual([[id, 'payment-1']]);
  await pair.deliverAgain(PAYMENT, id, { ...CHARGE, amount: 1 });
  await pair.idle();
  expect(await pair.deadLetters()).toEqual([expect.objectContaining({ jobId: id, reason: 'conflict' })]);
  expect(provider.askedAt).toHaveLength(1);
});

it('asks again under the same key for a payment whose answer was lost', async () => {
  provider.breakDownAfterPayingOnce();
  const id = await pair.send(PAYMENT, CHARGE);
  expect(await pair.result(id)).toBe('payment-1');
  expect(await pair.record(id)).toMatchObject({ attempts: 1 });
  expect([...provider.paid]).toEqual([[id, 'payment-1']]);
});

it('comes back when the provider says, not earlier', async () => {
  provider.busyOnce('3');
  const id = await pair.send(PAYMENT, CHARGE);
  expect(await pair.result(id)).toBe('payment-1');
  expect(await pair.record(id)).toMatchObject({ attempts: 1 });
  const [first = 0, second = 0] = provider.askedAt;
  // By the backoff it would be after a second.
  expect(second - first).toBeGreaterThan(2_900);
});

it('dead-letters a card that was declined at once', async () => {
  provider.declineOnce();
  const id = await pair.send(PAYMENT, CHARGE);
  expect(await pair.settled(id)).toMatchObject({ state: 'failed', reason: 'declined', attempts: 0 });
  expect(await pair.deadLetters()).toEqual([expect.objectContaining({ jobId: id, reason: 'declined' })]);
  expect(provider.paid.size).toBe(0);
});
