/** SQS hands out up to ten messages a receive. */
const MAX_PER_RECEIVE = 10;

/** How long a poller that may ask for a few messages waits for more: a call for one costs as much as a call for ten. */
const PATIENCE_MS = 20;

interface WaitingPoller {
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
  impatience?: NodeJS.Timeout;
}

/** The pollers that wait until they may receive, first come, first served. */
export class PollerLine {
  /** Messages asked for in receives that have no answer yet. */
  asked = 0;
  private closedBy: Error | undefined;
  private readonly pollers: WaitingPoller[] = [];
  /** This many messages are worth a receive at once. For fewer a poller waits `PATIENCE_MS`. */
  private readonly worthwhile: number;

  constructor(
    permits: number,
    /** How many messages may be requested, beside those already requested. */
    private readonly room: () => number,
  ) {
    this.worthwhile = Math.min(MAX_PER_RECEIVE, Math.ceil(permits / 4));
  }

  /** Resolves to how many messages to ask for, 1 to 10, once there is room for any. Rejects once closed. */
  ask(): Promise<number> {
    if (this.closedBy) return Promise.reject(this.closedBy);
    return new Promise((resolve, reject) => {
      this.pollers.push({ resolve, reject });
      this.serve();
    });
  }

  /** A receive for `count` messages has its answer, and what it brought has been admitted. */
  answered(count: number): void {
    this.asked -= count;
    this.serve();
  }

  /** Rejects the pollers that wait, and those that ask later. */
  close(error: Error): void {
    this.closedBy = error;
    for (const poller of this.pollers.splice(0)) {
      clearTimeout(poller.impatience);
      poller.reject(error);
    }
  }

  /** To be called when there may be more room than before. */
  serve(): void {
    if (this.pollers.length === 0) return;
    let room = this.room();
    while (room >= this.worthwhile && this.pollers.length > 0) room -= this.handOut(room);
    const next = this.pollers[0];
    if (!next || room <= 0) return;
    next.impatience ??= setTimeout(() => {
      delete next.impatience;
      const room = this.room();
      if (room > 0) this.handOut(room);
      this.serve();
    }, PATIENCE_MS);
  }

  private handOut(room: number): number {
    const poller = this.pollers.shift();
    if (!poller) return 0;
    clearTimeout(poller.impatience);
    const count = Math.min(room, MAX_PER_RECEIVE);
    this.asked += count;
    poller.resolve(count);
    return count;
  }
}
