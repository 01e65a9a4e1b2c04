import { on, once } from 'node:events';
import { LoggedProcess } from '../faults/logged-process';

/** A process of the bench that talks. */
export class BenchProcess extends LoggedProcess {
  private readonly words = on(this.child, 'message');

  /** The next thing it says; rejects when it ends before, or says nothing for so long. */
  async next(ms: number): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`It said nothing for ${Math.round(ms / 1_000)} s.`));
      }, ms);
    });
    const gone = this.exited.then(() => {
      throw new Error('It ended by itself.');
    });
    try {
      const { value } = await Promise.race([this.words.next(), gone, late]);
      return (value as [unknown])[0];
    } finally {
      clearTimeout(timer);
    }
  }

  async ask(question: string): Promise<unknown> {
    const answer = once(this.child, 'message');
    this.child.send(question);
    return ((await answer) as [unknown])[0];
  }
}
