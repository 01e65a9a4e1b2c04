import { newFlight } from '../../test/transport/flights';
import { Groups } from './groups';
import { type InFlight } from '../delivery/in-flight';

const flight = (group = 'one'): InFlight =>
  newFlight({ message: { Attributes: { MessageGroupId: group, SequenceNumber: '1' } } });

/** Of a standard queue, where a group shares fairly and orders nothing. */
const unordered = (): InFlight => newFlight({ message: { Attributes: { MessageGroupId: 'one' } } });

it('gives the turn to one of a group after the other, and to groups side by side', async () => {
  const groups = new Groups();
  const [first, second, other] = [flight(), flight(), flight('two')];
  expect(await groups.turn(first)).toBe('now');
  const turn = groups.turn(second);
  expect(await groups.turn(other)).toBe('now');
  expect(await Promise.race([turn, Promise.resolve('waits')])).toBe('waits');
  groups.leave(first, true);
  expect(await turn).toBe('now');
});

it('sends back everything behind one that was not done, and begins again after the last', async () => {
  const groups = new Groups();
  const [first, second, third, later] = [flight(), flight(), flight(), flight()];
  await groups.turn(first);
  const turns = [groups.turn(second), groups.turn(third)];
  groups.leave(first, false);
  expect(await turns[0]).toBe('broken');
  groups.leave(second, false);
  expect(await turns[1]).toBe('broken');
  groups.leave(third, false);
  expect(await groups.turn(later)).toBe('now');
});

it('ends a turn once: what has left its group cannot end the turn of the next', async () => {
  const groups = new Groups();
  const [waiting, second, third] = [flight(), flight(), flight()];
  await groups.turn(waiting);
  const turns = [groups.turn(second), groups.turn(third)];
  groups.leave(waiting, true);
  expect(await turns[0]).toBe('now');
  groups.leave(waiting, false);
  groups.leave(second, true);
  expect(await turns[1]).toBe('now');
});

it('orders nothing on a standard queue', async () => {
  const groups = new Groups();
  const [first, second] = [unordered(), unordered()];
  expect(await Promise.all([groups.turn(first), groups.turn(second)])).toEqual(['now', 'now']);
  groups.leave(first, false);
  groups.leave(second, true);
  expect(await groups.turn(unordered())).toBe('now');
});

it('forgets a group whose last has left, and minds nobody who leaves it after that', async () => {
  const groups = new Groups();
  const [first, second] = [flight(), flight()];
  await groups.turn(first);
  groups.leave(first, true);
  groups.leave(first, false);
  expect(await groups.turn(second)).toBe('now');
});
