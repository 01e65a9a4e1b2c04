/**
 * An operator's command line for jobs: what waits, what failed and why, and sending it again. Its exit codes: 0 all of
 * it done; 1 it failed, in one sentence; 2 wrong usage; 3 part of it done, with the counts.
 */
import { Command, CommanderError } from 'commander';
import { processVariables } from '../../contract/environment';
import { outliveReaders } from '../../service/output';
import { sentenceOf } from '../jobs/workplace';
import { type Action, actions, type Surroundings, WrongUsage } from './action';
import { addPausing } from './pausing';
import { addReading } from './reading';
import { addSending } from './sending';
import { addChanging } from './changing';
import { addEditing } from './editing';
import { addHolding } from './holding';
import { addImporting } from './importing';
import { type Streams, visible } from './terminal';

const ENVIRONMENT = `
QUEUE_URL, DLQ_URL and RESULTS name the queues and the store; credentials and profiles are the AWS SDK's own. Without
QUEUE_URL it works on the pair that npm start runs on this machine.
Exit codes: 0 all of it done, 1 failed, 2 wrong usage, 3 part of it done.`;

const JSON_OPTION = ['--json', 'print one JSON object; lists print one a line'] as const;

function createProgram(act: Action, { stdout, stderr }: Streams): Command {
  const program = new Command('npm run -s jobs --')
    .usage('COMMAND')
    .description('Shows what waits, and what failed and why; sends it again.')
    .option(...JSON_OPTION)
    .addHelpText('after', ENVIRONMENT)
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });

  addReading(program, act);
  addChanging(program, act);
  addHolding(program, act);
  addEditing(program, act);
  addImporting(program, act);
  addSending(program, act);
  addPausing(program, act);
  for (const command of program.commands) command.option(...JSON_OPTION);
  return program;
}

async function main(): Promise<void> {
  outliveReaders();
  const cancel = new AbortController();
  process.once('SIGINT', () => {
    cancel.abort();
  });
  process.once('SIGTERM', () => {
    cancel.abort();
  });
  const surroundings = { streams: process, variables: processVariables, signal: cancel.signal };
  process.exitCode = await runCommand(process.argv.slice(2), surroundings);
}

/** Resolves to the exit code. */
export async function runCommand(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { streams } = surroundings;
  let code = 0;
  const act = actions(surroundings, (end) => (code = end));
  try {
    await createProgram(act, streams).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return failure(error, streams);
  }
}

/** Commander has said what is wrong by then. */
function failure(error: unknown, { stderr }: Streams): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  stderr.write(`${visible(sentenceOf(error))}\n`);
  return error instanceof WrongUsage ? 2 : 1;
}

if (require.main === module) void main();
