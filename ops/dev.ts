/**
 * `npm run dev`: like `npm start`, and producer and consumer start again upon every good compile. With `-- --inspect` a
 * debugger can attach to the consumer, by `.vscode/launch.json` or any other.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Environment, readEnvironment } from '../contract/environment';
import { complain, runUntilStopped, say, welcome } from './start';
import { type Stack } from './stack';

const ROOT = join(__dirname, '..', '..');

/** Says `onGood` after each compile without errors; tsc's own words go to the terminal. Rejects if tsc ends. */
function watch(onGood: () => void): Promise<never> {
  const args = ['--require', join(__dirname, 'follow-parent.js'), require.resolve('typescript/bin/tsc')];
  // In a group of its own, so that Ctrl-C is ours alone; it ends with us by the IPC channel.
  const tsc = spawn(process.execPath, [...args, '-p', 'tsconfig.product.json', '--watch', '--preserveWatchOutput'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (!tsc.stdout) throw new Error('The TypeScript compiler has no output.');
  createInterface({ input: tsc.stdout }).on('line', (line) => {
    if (line !== '') process.stdout.write(`${line}\n`);
    if (line.includes('Found 0 errors')) onGood();
  });
  return new Promise((_resolve, reject) => {
    tsc.once('exit', () => {
      reject(new Error('The TypeScript compiler ended.'));
    });
  });
}

/** Restarts one after the other; compiles that end meanwhile count as one. */
class Reloads {
  private running: Promise<void> | undefined;
  private again = false;

  constructor(private readonly reload: () => Promise<void>) {}

  request(): void {
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  private async run(): Promise<void> {
    while (this.again) {
      this.again = false;
      await this.reload();
    }
  }
}

const INSPECT = /^--inspect(=[\w.:[\]]+)?$/;

async function main(): Promise<number> {
  const environment = readEnvironment();
  const consumerNodeArgs = process.argv.slice(2);
  const unknown = consumerNodeArgs.find((argument) => !INSPECT.test(argument));
  if (unknown !== undefined) {
    complain(`${unknown} is nothing that npm run dev takes; it takes --inspect or --inspect=HOST:PORT.`);
    return 1;
  }
  return runUntilStopped(environment, {
    consumerNodeArgs,
    // A change that breaks an app is repaired by the next one.
    mayDie: ['producer', 'consumer'],
    serve: async (stack) => {
      await stack.prepare();
      const reloads = new Reloads(() => reload(stack, environment));
      await watch(() => {
        reloads.request();
      });
    },
  });
}

async function reload(stack: Stack, environment: Environment): Promise<void> {
  await stack.stopApps();
  try {
    await stack.startApps();
    say(welcome(stack, environment));
  } catch {
    await stack.stopApps();
    say('Waiting for a change.');
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    complain(error);
    process.exit(1);
  },
);
