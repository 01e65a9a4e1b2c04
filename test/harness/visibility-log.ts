import { type FaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { answerJson, type Entry } from '../../experiments/rig/proxy/sqs-call';

type Refusal = 'refused' | 'passes';

/** The visibility changes that came to the broker through a proxy, in the order they were carried out. */
export class VisibilityLog {
  readonly seconds: number[] = [];
  readonly handles: string[] = [];

  /** SQS says of an entry for which `verdict` answers `refused` that its lease is gone. `before` delays a call. */
  constructor(
    proxy: FaultProxy,
    verdict: (entry: Entry) => Refusal = () => 'passes',
    before: (entries: readonly Entry[]) => Promise<unknown> = () => Promise.resolve(),
  ) {
    proxy.rule('ChangeMessageVisibilityBatch', ({ entries }) => ({
      answer: async (forward) => {
        await before(entries);
        const refused = entries.filter((entry) => verdict(entry) === 'refused');
        if (refused.length === 0) {
          const answer = await forward();
          this.keep(entries);
          return answer;
        }
        // The broker sees none of them: the leases of the others hold until they are asked for again.
        return answerJson({
          Failed: entries.map(({ Id }) =>
            refused.some((entry) => entry.Id === Id)
              ? { Id, Code: 'ReceiptHandleIsInvalid', SenderFault: true }
              : { Id, Code: 'InternalError', SenderFault: false },
          ),
        });
      },
    }));
  }

  /** How often something was made visible at once. */
  get releases(): number {
    return this.seconds.filter((seconds) => seconds === 0).length;
  }

  private keep(entries: readonly Entry[]): void {
    for (const { VisibilityTimeout, ReceiptHandle = '' } of entries) {
      this.seconds.push(Number(VisibilityTimeout));
      this.handles.push(ReceiptHandle);
    }
  }
}
