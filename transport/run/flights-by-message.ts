import { type Flight } from './flight';

/** The latest delivery in flight of each message. An object, as a Map has the fault of a Set: see `Flights`. */
export class FlightsByMessage {
  private readonly flights = Object.create(null) as Record<string, Flight | undefined>;

  get(messageId: string): Flight | undefined {
    return this.flights[messageId];
  }

  add(flight: Flight): void {
    this.flights[flight.delivery.messageId] = flight;
  }

  /** Unless a later delivery of its message is there. */
  delete(flight: Flight): void {
    const { messageId } = flight.delivery;
    if (this.flights[messageId] === flight) Reflect.deleteProperty(this.flights, messageId);
  }
}
