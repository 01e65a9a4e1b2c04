import { orderedGroup } from '../delivery/delivery';
import { type Flight } from './flight';

interface Line {
  /** Those behind the one whose turn it is, in the order they came: each is told whether it may run. */
  readonly followers: ((mayRun: boolean) => void)[];
  /** One of the line has left and is still to be done: whoever gets it next has to have it before the others. */
  broken: boolean;
  /** Given up as never settled: it has held up those behind it each time, so their receives are no fault of theirs. */
  culprit: Flight | undefined;
}

/** The order of a FIFO queue's groups among the deliveries in flight: one of a group at a time, as they came. */
export class Groups {
  private readonly lines = new Map<string, Line>();

  /** Resolves, when all of its group before it have left, to whether all of them had ended. Asked in the order they came. */
  turn({ delivery }: Flight): true | Promise<boolean> {
    const group = orderedGroup(delivery);
    if (group === undefined) return true;
    const line = this.lines.get(group);
    if (line) return new Promise((resolve) => line.followers.push(resolve));
    this.lines.set(group, { followers: [], broken: false, culprit: undefined });
    return true;
  }

  /** It is given up as never settled. Whatever came behind it has been received as often, and may never have run. */
  excuseFollowers(culprit: Flight): void {
    const line = this.lineOf(culprit);
    if (line) line.culprit = culprit;
  }

  isExcused(flight: Flight): boolean {
    const culprit = this.lineOf(flight)?.culprit;
    return culprit !== undefined && culprit !== flight;
  }

  /** Its turn is over; `ended`: deleted from the queue, or as good as. */
  leave({ delivery }: Flight, ended: boolean): void {
    const group = orderedGroup(delivery);
    const line = group === undefined ? undefined : this.lines.get(group);
    if (group === undefined || !line) return;
    line.broken ||= !ended;
    const next = line.followers.shift();
    if (next) next(!line.broken);
    else this.lines.delete(group);
  }

  private lineOf({ delivery }: Flight): Line | undefined {
    const group = orderedGroup(delivery);
    return group === undefined ? undefined : this.lines.get(group);
  }
}
