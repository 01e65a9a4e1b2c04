import { unavailable } from '../../service/problem';
import { sentenceOf, type Workplace } from '../jobs/workplace';
import { answered, WITHIN_MS } from './within';

const RETRY_AFTER_SECONDS = 2;

/** The workplace, opened when it is first needed. If that fails, the next call tries again. */
export class Workroom {
  private opening: Promise<Workplace> | undefined;

  constructor(private readonly open: () => Promise<Workplace>) {}

  /** Rejects with what kept it from opening. */
  place(): Promise<Workplace> {
    this.opening ??= this.open().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  /** For a route: rejects with a problem that says what was tried. */
  async placeNow(): Promise<Workplace> {
    try {
      return await answered(AbortSignal.timeout(WITHIN_MS), this.place());
    } catch (error) {
      throw unavailable(`${sentenceOf(error)}.`, RETRY_AFTER_SECONDS);
    }
  }

  async close(): Promise<void> {
    const place = await this.opening?.catch(() => undefined);
    await place?.close();
  }
}
