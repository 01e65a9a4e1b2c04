import { type Channel } from './channel';
import { type Confirmations } from './confirmations';
import { type Failures } from './failures';
import { type Overviews, type PlaceFacts } from './overview';
import { type Tasks } from './tasks';
import { type Mutex } from './mutex';
import { type Workroom } from './workroom';

/** What routes work with. */
export interface Parts {
  readonly facts: PlaceFacts;
  readonly workroom: Workroom;
  readonly mutex: Mutex;
  readonly channel: Channel;
  readonly overviews: Overviews;
  readonly failures: Failures;
  readonly confirmations: Confirmations;
  readonly tasks: Tasks;
  /** Aborted when the console ends. */
  readonly closing: AbortSignal;
}
