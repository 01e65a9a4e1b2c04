/** Long enough to tell, short enough that ten pollers are there a tenth of a second after a backlog is found. */
const WINDOW_MS = 20;

/** Above this share of busy time, more calls at once only wait for one another, and cost more each. */
const BUSY = 0.9;

/** Tells, once per window, whether the event loop has time to spare. */
export class LoopTime {
  private begun = performance.eventLoopUtilization();
  private begunAt = performance.now();

  /** False while the window lasts. */
  isSpare(): boolean {
    const now = performance.now();
    if (now - this.begunAt < WINDOW_MS) return false;
    const standing = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(standing, this.begun);
    this.begun = standing;
    this.begunAt = now;
    return utilization < BUSY;
  }
}
