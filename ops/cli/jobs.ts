/**
 * An operator's command line for jobs: what waits, what failed and why, and sending it again. Its exit codes: 0 all of
 * it done; 1 it failed, in one sentence; 2 wrong usage; 3 part of it done, with the counts.
 */
import { Command, CommanderError } from 'commander';
import { EnvironmentError } from '../../contract/environment';
import { outliveReaders } from '../../service/output';
import { sentenceOf } from '../jobs/workplace';
import { type Action, actions, WrongUsage } from './action';
import { addPausing } from './pausing';
import { addReading } from './reading';
import { addSending } from './sending';
import { addChanging } from './changing';
import { addEditing } from './editing';
import { addHolding } from './holding';
import { addImporting } from './importing';
import { visible } from './terminal';

const ENVIRONMENT = `
QUEUE_URL, DLQ_URL and RESULTS name the queues and the store; credentials and profiles are the AWS SDK's own. Without
QUEUE_URL it works on the pair that npm start runs on this machine.
Exit codes: 0 all of it done, 1 failed, 2 wrong usage, 3 part of it done.`;

const JSON_OPTION = ['--json', 'print one JSON object; lists print one a line'] as const;

function createProgram(act: Action): Command {
  const program = new Command('jobs')
    .usage('COMMAND')
    .description('Shows what waits, and what failed and why; sends it again.')
    .option(...JSON_OPTION)
    .addHelpText('after', ENVIRONMENT)
    .exitOverride();

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
  const act = actions(cancel.signal, (code) => (process.exitCode = code));
  try {
    await createProgram(act).parseAsync();
  } catch (error) {
    process.exitCode = failure(error);
  }
}

/** Commander has said what is wrong by then. */
function failure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`${visible(error instanceof EnvironmentError ? error.message : sentenceOf(error))}\n`);
  return error instanceof WrongUsage ? 2 : 1;
}

if (require.main === module) void main();
