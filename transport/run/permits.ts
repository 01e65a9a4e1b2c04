/** Leave to run a handler, for so many at once, in the order they asked. */
export class Permits {
  private readonly waiters: ((taken: boolean) => void)[] = [];
  private over = false;

  constructor(private free: number) {}

  /** Whether one was taken, at once or within `ms`; false for who would have to wait after `endWaits`. */
  take(ms: number): boolean | Promise<boolean> {
    if (this.free > 0) {
      this.free -= 1;
      return true;
    }
    return !this.over && this.wait(ms);
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

  private wait(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter = (taken: boolean): void => {
        clearTimeout(timer);
        resolve(taken);
      };
      const timer = setTimeout(() => {
        this.waiters.splice(this.waiters.indexOf(waiter), 1);
        resolve(false);
      }, ms);
      this.waiters.push(waiter);
    });
  }
}
