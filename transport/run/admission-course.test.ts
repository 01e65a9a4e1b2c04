import { setImmediate as turn } from 'node:timers/promises';
import { arrive, soFar } from '../../test/transport/flights';
import { Admission } from './admission';
import { type InFlight, type Phase } from '../delivery/in-flight';

/** The next phases that a delivery may enter; none of them: it leaves. */
const NEXT: Readonly<Record<Phase, readonly Phase[]>> = {
  waiting: [],
  running: ['recording', 'settling', 'overdue'],
  recording: ['settling'],
  settling: [],
  overdue: [],
};

/** Random numbers that a seed repeats: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Deliveries come, run and end in an order that the seed decides; as a receive brings them, or fewer. */
class Course {
  readonly admission: Admission;
  readonly flights: InFlight[] = [];
  mostRunning = 0;
  private readonly random: () => number;
  private reserved = 0;

  constructor(
    seed: number,
    readonly permits: number,
  ) {
    this.random = randomFrom(seed);
    this.admission = new Admission(permits);
  }

  async steps(count: number): Promise<void> {
    for (let step = 0; step < count; step += 1) {
      if (this.random() < 0.3) void this.admission.pollers.ask().then((more) => (this.reserved += more));
      else if (this.random() < 0.4) this.receive();
      else this.move();
      await turn();
      const running = this.flights.filter(({ phase }) => phase === 'running' || phase === 'overdue').length;
      this.mostRunning = Math.max(this.mostRunning, running);
    }
  }

  /** All comes to its end. */
  async finish(): Promise<void> {
    while (this.flights.length > 0 || this.reserved > 0) {
      this.receive();
      this.move();
      await turn();
    }
  }

  private receive(): void {
    const { reserved } = this;
    this.reserved = 0;
    const brought = Math.floor(this.random() * (reserved + 1));
    for (let one = 0; one < brought; one += 1) {
      const begun = this.random() < 0.3 ? 1 + Math.floor(this.random() * 3) : 0;
      const flight = arrive(this.admission, { begun });
      this.flights.push(flight);
      void this.admission.permit(flight, this.random() < 0.2 ? 1 : 60_000).then((permit) => {
        if (permit !== 'granted') this.admission.enter(flight, 'settling');
      });
    }
    this.admission.pollers.answered(reserved);
  }

  private move(): void {
    const place = Math.floor(this.random() * this.flights.length);
    const flight = this.flights[place];
    // While it waits for its permit, it is the admission's to move.
    if (!flight || flight.phase === 'waiting') return;
    const next = NEXT[flight.phase][Math.floor(this.random() * 4)];
    if (next) this.admission.enter(flight, next);
    else if (flight.phase === 'settling' || flight.phase === 'overdue') {
      this.flights.splice(place, 1);
      this.admission.leave(flight);
    }
  }
}

it.each(Array.from({ length: 20 }, (_, seed) => [seed]))(
  'hands out no more permits than there are, and has all of them again at the end, whatever happened: course %d',
  async (seed) => {
    const permits = 1 + (seed % 7);
    const course = new Course(seed, permits);
    await course.steps(2_000);
    expect(course.mostRunning).toBe(permits);
    await course.finish();
    expect(course.admission.unreturned).toBe(0);
    const granted = await Promise.all(
      Array.from({ length: permits }, () => course.admission.permit(arrive(course.admission), 0)),
    );
    expect(new Set(granted)).toEqual(new Set(['granted']));
    expect(await soFar(course.admission.permit(arrive(course.admission), 60_000))).toBe('pending');
    course.admission.endWaits();
  },
);
