/** Long enough to tell, short enough to follow jobs that become slow. */
const WINDOW_MS = 50;

/** How fast things happen, by windows of 50 ms or more. */
export class Pace {
  private counted = 0;
  private since = Date.now();
  private last = 0;

  count(): void {
    this.counted += 1;
  }

  /** Of the last window, which is as long as nobody asked, or of the present one at least. */
  perMs(): number {
    const elapsed = Date.now() - this.since;
    if (elapsed < WINDOW_MS) return Math.max(this.last, this.counted / WINDOW_MS);
    this.last = this.counted / elapsed;
    this.counted = 0;
    this.since += elapsed;
    return this.last;
  }
}
