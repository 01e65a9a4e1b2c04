/**
 * The embedded SQS broker as a process of its own; the only file of the product that knows fauxqs (see also
 * `patches/`). Start it with IPC to have it end when its parent dies. Accepted messages survive a
 * kill at any moment; it keeps one data directory to itself and listens on loopback only.
 *
 *   broker.js [--port N] [--data-dir DIR] [--any-order] [--many-of-a-group]
 *
 * Port 0 takes a free one. Without DIR all is in memory. The last two give it habits of SQS.
 */
import { parseArgs } from 'node:util';
import { EMULATOR_REGION, readEnvironment } from '../contract/environment';
import { messageOf } from '../contract/thrown';
import { outliveReaders } from '../service/output';

const HOST = '127.0.0.1';

/** Without its patch it loses messages on a kill and names URLs that no client takes. */
const NOT_PATCHED =
  'fauxqs is not patched, as npm was run with --ignore-scripts; run `npx patch-package --error-on-fail`.';

/** Habits that SQS has and that the embedded broker has only if asked; tests go through both. */
export interface BrokerHabits {
  /** A receive takes any of a standard queue's visible messages, in no order, instead of the oldest ones. */
  readonly anyOrder?: boolean;
  /** A receive takes several messages of a FIFO group, in their order, instead of one. */
  readonly manyOfAGroup?: boolean;
}

interface BrokerOptions {
  readonly port: number;
  readonly dataDir: string | undefined;
  readonly region: string;
  readonly habits: BrokerHabits;
}

/** The first thing a broker says, as a line on stdout and as an IPC message. */
export interface BrokerReady {
  readonly listening: string;
}

export function isBrokerReady(message: unknown): message is BrokerReady {
  return (
    typeof message === 'object' && message !== null && 'listening' in message && typeof message.listening === 'string'
  );
}

/** The options of a broker process with these habits. */
export const habitArguments = ({ anyOrder, manyOfAGroup }: BrokerHabits): string[] => [
  ...(anyOrder ? ['--any-order'] : []),
  ...(manyOfAGroup ? ['--many-of-a-group'] : []),
];

function readOptions(): BrokerOptions {
  const environment = readEnvironment();
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: { port: text, 'data-dir': text, 'any-order': flag, 'many-of-a-group': flag },
  });
  const port = values.port === undefined ? environment.brokerPort : Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port takes 0 to 65535, not "${String(values.port)}"`);
  const habits = { anyOrder: values['any-order'], manyOfAGroup: values['many-of-a-group'] };
  return { port, dataDir: values['data-dir'], region: environment.region ?? EMULATOR_REGION, habits };
}

function startSentence(error: unknown, { port, dataDir }: BrokerOptions): string {
  const text = messageOf(error);
  if (text.includes('EADDRINUSE')) return `Port ${port} is taken; set BROKER_PORT to another one.`;
  if (text.includes('database is locked'))
    return `Another broker uses ${String(dataDir)}; stop it, or set DATA_DIR to another directory.`;
  return `The broker cannot start: ${text}`;
}

async function start({ port, dataDir, region, habits }: BrokerOptions): Promise<void> {
  const { startFauxqs } = await import('fauxqs');
  if (!startFauxqs.toString().includes('manyOfAGroup')) throw new Error(NOT_PATCHED);
  const server = await startFauxqs({
    port,
    host: HOST,
    logger: false,
    defaultRegion: region,
    ...habits,
    ...(dataDir !== undefined && { dataDir }),
  });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    server.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  // Ctrl-C reaches the whole process group; a parent stops its broker itself, after the apps have drained.
  process.on('SIGINT', () => {
    if (!process.connected) stop();
  });
  process.on('disconnect', stop);
  const ready: BrokerReady = { listening: `http://${HOST}:${server.port}` };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.send?.(ready);
  if (process.send && !process.connected) stop();
}

function main(): void {
  outliveReaders();
  let options: BrokerOptions;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  }
  start(options).catch((error: unknown) => {
    process.stderr.write(`${startSentence(error, options)}\n`);
    process.exit(1);
  });
}

if (require.main === module) main();
