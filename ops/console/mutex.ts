/** Lets one at a time go through the dead-letter queue, since what one has received is hidden from the others. */
export class Mutex {
  private last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as `work` does, which begins once all that came before has ended. */
  runExclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
