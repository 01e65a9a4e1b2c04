import { type InFlight } from '../delivery/in-flight';

/**
 * The deliveries in flight, found by message too, and a promise for when there are none. They are kept in an array, in
 * which each knows its place, and in an object. A Set or Map whose members come and go would keep what it held until a
 * full garbage collection.
 */
export class Deliveries implements Iterable<InFlight> {
  private readonly flights: InFlight[] = [];
  private readonly byMessage = Object.create(null) as Record<string, InFlight | undefined>;
  private readonly waiting: (() => void)[] = [];

  get size(): number {
    return this.flights.length;
  }

  /** Iterates over a copy, since deliveries may end meanwhile. */
  [Symbol.iterator](): Iterator<InFlight> {
    return [...this.flights].values();
  }

  add(flight: InFlight): void {
    flight.place = this.flights.length;
    this.flights.push(flight);
    this.byMessage[flight.delivery.messageId] = flight;
  }

  delete(flight: InFlight): void {
    this.forgetMessage(flight);
    const last = this.flights.pop();
    if (last && last !== flight) {
      last.place = flight.place;
      this.flights[last.place] = last;
    }
    if (this.flights.length === 0) for (const wake of this.waiting.splice(0)) wake();
  }

  /** The delivery in flight of a message. If the message comes again, this delivery takes over the new receipt. */
  ofMessage(messageId: string): InFlight | undefined {
    return this.byMessage[messageId];
  }

  /** Forgets the message: if it comes again, it is another delivery. */
  forgetMessage(flight: InFlight): void {
    const { messageId } = flight.delivery;
    if (this.byMessage[messageId] === flight) Reflect.deleteProperty(this.byMessage, messageId);
  }

  /** Resolves as soon as there are none, or after `ms`. */
  async noneWithin(ms: number): Promise<void> {
    if (this.size === 0) return;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
