import { type Command } from 'commander';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Variables } from '../../contract/local';
import { showJob } from '../jobs/details';
import { editJob } from '../jobs/edit';
import { inputText } from '../jobs/input-text';
import { type Action, type CommandRun, type ExitCode, type Invocation, WrongUsage } from './action';
import { COST } from './reading';

const HOW_EDIT = `
Without --input the input is opened in $VISUAL or $EDITOR; if you save it unchanged, nothing is done. The new job is sent,
then the old one's record says deleted, then its letter is deleted. After a kill the old letter is still there: run it
again with the same input, and the job has one effect.`;

export function addEditing(program: Command, act: Action): void {
  program
    .command('edit <id>')
    .description('send a new job with another input in the place of one that failed')
    .option('--input <json>', 'the input, as JSON')
    .addHelpText('after', HOW_EDIT + COST)
    .action(act(edit, checkEdit));
}

interface EditOptions {
  readonly input?: string;
}

function checkEdit({ options: { input }, variables }: Invocation<EditOptions>): void {
  if (input === undefined && editorOf(variables) === '') throw new WrongUsage('Give --input, or set EDITOR');
}

async function edit(run: CommandRun<EditOptions>): Promise<ExitCode> {
  const { args, options } = run;
  const id = (args[0] ?? '').toLowerCase();
  if (options.input !== undefined) return send(run, id, options.input);
  const before = await currentInput(run, id);
  const folder = await mkdtemp(join(tmpdir(), 'jobs-edit-'));
  const file = join(folder, 'input.json');
  try {
    await writeFile(file, `${before.text}\n${before.comment}`, { mode: 0o600 });
    await openEditor(editorOf(run.variables), file);
    const text = withoutComments(await readFile(file, 'utf8'));
    return await sendChanged(run, { id, before: before.text, text });
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Changed {
  readonly id: string;
  readonly before: string;
  readonly text: string;
}

/** Prints the edited text if it was refused, since its file is gone. */
async function sendChanged(run: CommandRun, { id, before, text }: Changed): Promise<ExitCode> {
  if (text === '' || text === before) {
    run.terminal.note('Nothing was changed.');
    return 0;
  }
  try {
    return await send(run, id, text);
  } catch (error) {
    run.terminal.note(`What was written:\n${text}`);
    throw error;
  }
}

/** The input as received: formatting it would change numbers beyond JavaScript's range. */
async function currentInput(
  { place }: CommandRun,
  id: string,
): Promise<{ readonly text: string; readonly comment: string }> {
  const { letters } = await showJob(place, id);
  const [letter] = letters;
  if (!letter) throw new Error(`There is no dead letter of the job ${id} to be seen`);
  const { type, reason, error, body } = letter;
  const lines = [`The input of the job ${id}, of the type ${type}, as JSON.`, `It failed, ${reason}: ${error}`];
  const text = inputText(body);
  if (text === undefined) lines.push('Its body has no input that can be read:', ...body.split('\n'));
  lines.push('Lines that begin with # are left out. Saved as it is, or empty, nothing is done.');
  return { text: text?.trim() ?? '', comment: lines.map((line) => `# ${line.replaceAll('\n', '\n# ')}\n`).join('') };
}

const withoutComments = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim();

const editorOf = ({ VISUAL, EDITOR }: Variables): string => VISUAL ?? EDITOR ?? '';

/** Runs the editor by a shell, as git does, since the variable may have options. */
async function openEditor(editor: string, file: string): Promise<void> {
  const child = spawn('sh', ['-c', `${editor} "$0"`, file], { stdio: 'inherit' });
  await once(child, 'exit');
  if (child.exitCode !== 0)
    throw new Error(`Nothing was changed: ${editor} ended with ${child.exitCode ?? 'a signal'}`);
}

async function send({ place, terminal, signal }: CommandRun, id: string, input: string): Promise<ExitCode> {
  const { unnoted, ...edited } = await editJob(place, { id, input, signal });
  if (unnoted !== undefined) terminal.note(unnoted);
  if (terminal.json) terminal.object(edited);
  if (edited.replaces === undefined) terminal.note('Nothing was changed: this is its input.');
  else if (!terminal.json) terminal.line(`${edited.id} replaces ${edited.replaces}`);
  if (edited.ended === undefined) return 0;
  terminal.note(`The old letter is still there (${edited.ended}); run it again with the same input`);
  return 3;
}
