import { type InFlight } from '../delivery/in-flight';

/** `now`: it may run. `broken`: an earlier delivery of the group went back to the queue, so this one has to as well. */
export type Turn = 'now' | 'broken';

interface Follower {
  readonly flight: InFlight;
  readonly tell: (turn: Turn) => void;
}

interface Line {
  /** Whose turn it is. */
  head: InFlight;
  /** Those behind it, in the order they came. */
  readonly followers: Follower[];
  /** A delivery has left the line with its job undone, so the others must go back behind it. */
  broken: boolean;
}

const NOW: Promise<Turn> = Promise.resolve('now');

/** Keeps the order of a FIFO queue's groups among the deliveries in flight: one of a group at a time, as they came. */
export class Groups {
  private readonly lines = new Map<string, Line>();

  /** Waits for the earlier deliveries of the same group. Called in the order of arrival. */
  turn(flight: InFlight): Promise<Turn> {
    const { orderedGroup } = flight.delivery;
    if (orderedGroup === undefined) return NOW;
    const line = this.lines.get(orderedGroup);
    if (line) return new Promise((tell) => line.followers.push({ flight, tell }));
    this.lines.set(orderedGroup, { head: flight, followers: [], broken: false });
    return NOW;
  }

  /** Ends a delivery's turn, if it still has it. `ended`: its job is done or dead-lettered. */
  leave(flight: InFlight, ended: boolean): void {
    const { orderedGroup } = flight.delivery;
    const line = orderedGroup === undefined ? undefined : this.lines.get(orderedGroup);
    if (orderedGroup === undefined || line?.head !== flight) return;
    line.broken ||= !ended;
    const next = line.followers.shift();
    if (!next) {
      this.lines.delete(orderedGroup);
      return;
    }
    line.head = next.flight;
    next.tell(line.broken ? 'broken' : 'now');
  }
}
