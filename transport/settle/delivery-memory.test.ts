import { type Delivery, toDelivery } from '../delivery/delivery';
import { DeliveryMemory } from './delivery-memory';

const delivery = (MessageId: string): Delivery => toDelivery({ MessageId, Body: 'body' }, 0);

it('forgets what it is told to', () => {
  const memory = new DeliveryMemory();
  memory.remember(delivery('one'));
  expect(memory.has(delivery('one'))).toBe(true);
  memory.forget(delivery('one'));
  expect(memory.has(delivery('one'))).toBe(false);
});

it('keeps the latest 10,000, and forgets the oldest alone for each one more', () => {
  const memory = new DeliveryMemory();
  for (let count = 0; count <= 10_000; count += 1) memory.remember(delivery(String(count)));
  expect(['0', '1', '10000'].map((id) => memory.has(delivery(id)))).toEqual([false, true, true]);
});
