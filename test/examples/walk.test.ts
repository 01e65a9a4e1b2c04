import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../harness/eventually';
import { type App, ROOT } from '../harness/processes';
import { Ids, type Step, stepsOf } from './walk-steps';
import { withCopy } from './with-copy';

const copy = withCopy();

let started: App | undefined;
const ids = new Ids();

/** The page says port 3000, which may be somebody else's here. */
const here = (text: string): string => ids.in(text).replaceAll('localhost:3000', new URL(copy().place.producer).host);

async function carryOut(step: Step): Promise<void> {
  const { tree, place } = copy();
  if (step.kind === 'file') await tree.write(step.path, step.text);
  else if (step.kind === 'start') {
    started = tree.shell(step.command, place.env);
    await started.line(/^Plusone runs\.$/, 120_000);
  } else if (step.kind === 'said') {
    await eventually(() => {
      // Off a terminal the log is JSON.
      expect(started?.lines.join('\n')).toContain(JSON.stringify(ids.in(step.shown)).slice(1, -1));
    });
  } else await runCommand(step);
}

async function runCommand({ command, shown }: Extract<Step, { kind: 'command' }>): Promise<void> {
  const { tree, place } = copy();
  const app = tree.shell(here(command), place.env);
  await app.exit(240_000);
  const said = ids.asShown(app.lines.join('\n'), shown);
  if (command.startsWith('curl')) expect(said).toBe(shown);
  else for (const line of shown.split('\n')) expect(said).toContain(line);
}

it('leads from nothing to a job of your own, word by word', async () => {
  const page = await readFile(join(ROOT, 'docs/your-own-job.md'), 'utf8');
  const steps = stepsOf(page);
  expect(steps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['file', 'start', 'command', 'said']));
  for (const step of steps) await carryOut(step);
  started?.signalGroup('SIGTERM');
  expect(await started?.exit(40_000)).toEqual({ code: 0, signal: null });
}, 600_000);
