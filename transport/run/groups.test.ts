import { toDelivery } from '../delivery/delivery';
import { Flight } from './flight';
import { Groups } from './groups';

const flight = (): Flight => new Flight(toDelivery({ Attributes: { MessageGroupId: 'one' } }, 'jobs.fifo', 0), 30);

it('excuses those behind one that was never settled, but not that one, nor who comes after them', async () => {
  const groups = new Groups();
  const [culprit, follower, later] = [flight(), flight(), flight()];
  expect(groups.turn(culprit)).toBe(true);
  const turn = groups.turn(follower);
  groups.excuseFollowers(culprit);
  // Asked again when its dead letter could not be sent.
  expect(groups.isExcused(culprit)).toBe(false);
  groups.leave(culprit, true);
  expect(await turn).toBe(true);
  expect(groups.isExcused(follower)).toBe(true);
  groups.leave(follower, true);
  expect(groups.turn(later)).toBe(true);
  expect(groups.isExcused(later)).toBe(false);
});
