/** `npm run console`: the console on its own, for whatever queue the environment names. */
import { Command } from 'commander';
import { readEnvironment } from '../../contract/environment';
import { listenFault } from '../../service/listen-fault';
import { outliveReaders } from '../../service/output';
import { readFields, whole } from '../cli/options';
import { sentenceOf } from '../jobs/workplace';
import { type Console, startConsole } from './door';

interface Options {
  readonly port?: number;
  readonly readOnly?: boolean;
  readonly mask?: string[];
  readonly badge?: string;
}

const readPort = whole(0, 65_535, 'a port from 1 to 65535, or 0 for any that is free');

/** As of `npm run -s jobs`. */
const WRONG_USAGE = 2;

const program = new Command('console')
  .description('Shows dead letters in a browser on this machine, and sends them again.')
  .option('--port <port>', 'listen on this port; by default CONSOLE_PORT, else 3002', readPort)
  .option('--read-only', 'show everything, and change nothing')
  .option('--mask <fields...>', 'show *** for these fields: names or paths, such as email,customer.phone', readFields)
  .option('--badge <name>', 'a name that the page shows for what it works on, such as prod')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE));

async function start(): Promise<Console> {
  const { readOnly, mask, badge, ...given } = program.parse().opts<Options>();
  const environment = readEnvironment();
  const { port = environment.consolePort } = given;
  return startConsole(environment, {
    port,
    readOnly,
    masked: mask,
    badge,
  });
}

async function main(): Promise<void> {
  outliveReaders();
  const running = await start();
  process.stdout.write(`Console at ${running.address}\n`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void running.close().then(() => process.exit(0)));
}

if (require.main === module)
  main().catch((error: unknown) => {
    process.stderr.write(`${listenFault(error, 'CONSOLE_PORT') ?? sentenceOf(error)}\n`);
    process.exit(1);
  });
