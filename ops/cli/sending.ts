import { type Command, InvalidArgumentError } from 'commander';
import { GROUP_PATTERN } from '../../contract/job';
import { type JobType } from '../../contract/job-type';
import { DEFINITIONS } from '../../jobs/definitions';
import { checkInputs, sendJobs, type SentJobs } from '../jobs/send';
import { type Action, type CommandRun, type ExitCode, type Invocation, WrongUsage } from './action';
import { readCount, whole } from './options';
import { readGiven, type Terminal } from './terminal';

interface SendOptions {
  readonly file?: string;
  readonly count: number;
  readonly rate?: number;
  readonly group?: string;
  readonly delay?: number;
}

/** SQS takes no more. */
const MAX_DELAY_SECONDS = 900;

function readGroup(text: string): string {
  if (GROUP_PATTERN.test(text)) return text;
  throw new InvalidArgumentError('It takes 1 to 128 letters, digits and punctuation marks.');
}

const readDelay = whole(0, MAX_DELAY_SECONDS, `whole seconds from 0 to ${MAX_DELAY_SECONDS}`);

export function addSending(program: Command, act: Action): void {
  program
    .command('send <type> [input]')
    .description(
      'send new jobs, with this input as JSON or the example of the type; every input is checked before one is sent',
    )
    .option('--file <path>', 'read an input from each line of this file')
    .option('--count <count>', 'send each input this many times', readCount, 1)
    .option('--rate <count>', 'up to this many jobs a second', readCount)
    .option('--group <group>', 'the group of the jobs: order on a FIFO queue, fairness on any other', readGroup)
    .option('--delay <seconds>', 'consumers may have the jobs after this long; not on a FIFO queue', readDelay)
    .action(act(send, checkSend));
}

function checkSend({ args: [name = '', input], options: { file } }: Invocation<SendOptions>): void {
  const type = typeOf(name);
  if (file !== undefined && input !== undefined) throw new WrongUsage('Give an input or --file, not both');
  if (file === undefined && input === undefined && !type.example)
    throw new WrongUsage(`${name} has no example; give an input as JSON`);
}

async function send({ place, terminal, args, options, signal }: CommandRun<SendOptions>): Promise<ExitCode> {
  const { count, file, group, rate, delay: delaySeconds } = options;
  const [name = '', input] = args;
  const type = typeOf(name);
  if (delaySeconds && place.queue.fifo) throw new WrongUsage('A FIFO queue takes no delay of a single message');
  const given = file === undefined ? [input ?? JSON.stringify(type.example?.input)] : await linesOf(file);
  checkInputs(type, given);
  const inputs = given.flatMap((one) => Array.from({ length: count }, () => one));
  const onProgress = (sent: number): void => {
    terminal.progress(`${sent} of ${inputs.length} sent`);
  };
  const sent = await sendJobs(place, { type, inputs }, { group, delaySeconds, rate, signal, onProgress });
  return tell(terminal, sent, inputs.length);
}

function tell(terminal: Terminal, { ids, ended, unsent = 0, unnoted }: SentJobs, total: number): ExitCode {
  terminal.endProgress();
  if (unnoted !== undefined) terminal.note(unnoted);
  if (ended !== undefined && ids.length === 0) throw new Error(`No job is known to be sent: ${ended}`);
  for (const id of ids) {
    if (terminal.json) terminal.object({ id, status: 'accepted' });
    else terminal.line(id);
  }
  if (ended === undefined) return 0;
  terminal.note(`${ids.length} of ${total} sent, ended early at number ${unsent + 1}: ${ended}`);
  return 3;
}

function typeOf(name: string): JobType {
  const type = DEFINITIONS.find((one) => one.type === name);
  if (type) return type;
  throw new WrongUsage(`There is no job type ${name}; there are ${DEFINITIONS.map((one) => one.type).join(', ')}`);
}

async function linesOf(file: string): Promise<string[]> {
  const lines = (await readGiven(file)).split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new Error(`${file} has no input`);
  return lines;
}
