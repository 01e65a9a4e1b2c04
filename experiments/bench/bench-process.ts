import { on } from 'node:events';
import { LoggedProcess } from '../rig/process/logged-process';

/** A process of the bench that talks. */
export class BenchProcess extends LoggedProcess {
  private readonly words = on(this.child, 'message');

  /** The next thing it says; rejects if it ends before, or says nothing for this long. */
  async next(ms: number): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`said nothing for ${Math.round(ms / 1_000)} s`));
      }, ms);
    });
    const gone = this.exited.then(() => {
      throw new Error('ended by itself');
    });
    try {
      const { value } = await Promise.race([this.words.next(), gone, late]);
      return (value as [unknown])[0];
    } finally {
      clearTimeout(timer);
    }
  }

  /** For a process that speaks next only when it is spoken to. */
  async ask(question: string, ms: number): Promise<unknown> {
    this.child.send(question);
    return this.next(ms);
  }
}
