/** `npm start`: the whole pair on this machine. Ctrl-C drains it; a second one ends it at once. */
import { type Environment, readEnvironment } from '../contract/environment';
import { withoutSecrets } from '../contract/local';
import { messageOf } from '../contract/thrown';
import { keepsRecords } from '../results/open';
import { outliveReaders } from '../service/output';
import { Stack } from './stack';

const INTERRUPTED = 130;

/** One Ctrl-C comes twice under npm: from the terminal, and passed on by npm. */
const SAME_KEYPRESS_MS = 500;

export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

export const complain = (error: unknown): void => {
  process.stderr.write(`${messageOf(error)}\n`);
};

export function welcome(stack: Stack, environment: Environment): string {
  // Never a key itself: whoever collects the output would keep it.
  const authorization = environment.apiKeys.length === 0 ? '' : ` -H "authorization: Bearer $KEY"`;
  const which = authorization === '' ? '' : ' (KEY: one of your API_KEYS)';
  return `
Plusone runs.
  producer  ${stack.producerUrl}, docs at /docs
  consumer  ${stack.consumerUrl}
  console   ${stack.consoleText}
  broker    ${stack.brokerText}
  results   ${keepsRecords(environment.results) ? withoutSecrets(environment.results) : 'none: nothing is recorded, and nothing found at /results'}

Paste this into another terminal${which}:
  curl -i -X POST ${stack.producerUrl}/produce -H 'content-type: application/json'${authorization} -d '{"input":1}'

Ctrl-C stops it once everything in flight is settled.
`;
}

export interface StackRun {
  /** Brings the stack up; rejecting ends it. */
  readonly serve: (stack: Stack) => Promise<void>;
  /** Children whose death does not end the rest. */
  readonly mayDie?: readonly string[];
  /** Options of Node itself for the consumer. */
  readonly consumerNodeArgs?: readonly string[];
}

/** Runs a stack until a signal or a death ends it; resolves to the exit code. */
export async function runUntilStopped(
  environment: Environment,
  { serve, mayDie = [], consumerNodeArgs }: StackRun,
): Promise<number> {
  outliveReaders();
  let code = 0;
  let end: () => void = () => undefined;
  const ending = new Promise<void>((resolve) => {
    end = resolve;
  });
  const onDeath = (sentence: string, name: string): void => {
    if (mayDie.includes(name)) {
      complain(sentence);
      return;
    }
    complain(`${sentence} Stopping the rest.`);
    code = 1;
    end();
  };
  const stack = new Stack(environment, onDeath, consumerNodeArgs);
  const fault = await stack.portFault();
  if (fault !== undefined) {
    complain(fault);
    return 1;
  }
  onSignals(end, () => {
    stack.kill();
    process.exit(INTERRUPTED);
  });
  await Promise.race([ending, serve(stack).then(() => ending)]).catch((error: unknown) => {
    if (code === 0) complain(error);
    code = 1;
  });
  const clean = await stack.stop();
  return clean ? code : 1;
}

/** The first signal stops, a later one ends at once. */
function onSignals(stop: () => void, endAtOnce: () => void): void {
  let firstAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = Date.now();
        say('Stopping: finishing what is in flight. Ctrl-C again ends at once.');
        stop();
      } else if (Date.now() - firstAt > SAME_KEYPRESS_MS) {
        endAtOnce();
      }
    });
  }
}

async function main(): Promise<number> {
  const environment = readEnvironment();
  return runUntilStopped(environment, {
    serve: async (stack) => {
      say('Starting broker, producer and consumer ...');
      await stack.prepare();
      await stack.startApps();
      say(welcome(stack, environment));
    },
  });
}

if (require.main === module) {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      complain(error);
      process.exit(1);
    },
  );
}
