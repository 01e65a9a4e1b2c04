/** Leave to run a handler, for so many at once, in the order they asked. */
export class Permits {
  private readonly waiters: ((taken: boolean) => void)[] = [];
  private over = false;

  constructor(private free: number) {}

  /** Whether one was taken, at once or when there is one; false for who would have to wait after `endWaits`. */
  take(): boolean | Promise<boolean> {
    if (this.free > 0) {
      this.free -= 1;
      return true;
    }
    return !this.over && new Promise((resolve) => this.waiters.push(resolve));
  }

  giveBack(): void {
    const next = this.waiters.shift();
    if (next) next(true);
    else this.free += 1;
  }

  endWaits(): void {
    this.over = true;
    for (const waiter of this.waiters.splice(0)) waiter(false);
  }
}
