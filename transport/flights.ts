import { type Flight } from './flight';

/** The deliveries in flight, and word of the moment there are none. */
export class Flights implements Iterable<Flight> {
  private readonly flights = new Set<Flight>();
  private readonly waiting = new Set<() => void>();

  get size(): number {
    return this.flights.size;
  }

  [Symbol.iterator](): Iterator<Flight> {
    return this.flights.values();
  }

  add(flight: Flight): void {
    this.flights.add(flight);
  }

  delete(flight: Flight): void {
    this.flights.delete(flight);
    if (this.flights.size === 0) for (const wake of this.waiting) wake();
  }

  /** Whether there are none within `ms`; answers as soon as that is so. */
  async noneWithin(ms: number): Promise<boolean> {
    if (this.flights.size === 0) return true;
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.waiting.delete(end);
        resolve(this.flights.size === 0);
      };
      const timer = setTimeout(end, ms);
      this.waiting.add(end);
    });
  }
}
