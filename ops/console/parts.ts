import { type Channel } from './channel';
import { type Confirmations } from './confirmations';
import { type Failures } from './failures';
import { type Overviews } from './overview';
import { type Tasks } from './tasks';
import { type Workroom } from './workroom';

/** What routes work with. */
export interface Parts {
  readonly workroom: Workroom;
  readonly channel: Channel;
  readonly overviews: Overviews;
  readonly failures: Failures;
  readonly confirmations: Confirmations;
  readonly tasks: Tasks;
}
