import { type Flight } from './flight';

/**
 * Deliveries in flight, and word of the moment there are none. Each knows its place, so that no Set is needed: a Set whose
 * members come and go leaves dead tables behind that point to their successors, and what they held stays until a full
 * garbage collection.
 */
export class Flights implements Iterable<Flight> {
  private readonly flights: Flight[] = [];
  private readonly waiting = new Set<() => void>();

  /** Where a flight keeps its place here. */
  constructor(private readonly place: 'place' | 'heartbeatPlace') {}

  get size(): number {
    return this.flights.length;
  }

  /** Of those there are now. */
  [Symbol.iterator](): Iterator<Flight> {
    return [...this.flights].values();
  }

  has(flight: Flight): boolean {
    return this.flights[flight[this.place]] === flight;
  }

  add(flight: Flight): void {
    flight[this.place] = this.flights.length;
    this.flights.push(flight);
  }

  delete(flight: Flight): void {
    if (!this.has(flight)) return;
    const last = this.flights.pop();
    if (last && last !== flight) {
      last[this.place] = flight[this.place];
      this.flights[last[this.place]] = last;
    }
    if (this.flights.length === 0) for (const wake of this.waiting) wake();
  }

  /** Whether there are none within `ms`; answers as soon as that is so. */
  async noneWithin(ms: number): Promise<boolean> {
    if (this.size === 0) return true;
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.waiting.delete(end);
        resolve(this.size === 0);
      };
      const timer = setTimeout(end, ms);
      this.waiting.add(end);
    });
  }
}
