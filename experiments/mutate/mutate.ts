/** Changes the transport's code in small ways, one at a time, and tells which changes no test notices. */
import { readFileSync } from 'node:fs';
import { apply, type Mutant, mutantsOf } from './mutants';
import { type Options, readOptions } from './options';
import { relatedTests } from './related-tests';
import { Sandbox, type TestRun } from './sandbox';
import { run } from '../rig/cli/run';
import { asJson, say, writeFile } from '../rig/cli/terminal';
import { Random } from '../rig/random';

interface Tried {
  readonly path: string;
  readonly mutant: Mutant;
  readonly run: TestRun;
}

/** More than cores, as the tests mostly wait. */
const WORKERS = 4;

/** What the unchanged code's tests may take. */
const BASELINE_LIMIT_MS = 600_000;

/** A mutant's tests take as long as without it, or it waits for something for ever. */
const limitAfter = (baselineMs: number): number => 2 * baselineMs + 10_000;

function chosen(mutants: readonly Mutant[], { sample, seed, lines }: Options): readonly Mutant[] {
  const there = mutants.filter(({ line }) => lines?.includes(line) ?? true);
  return sample === undefined ? there : new Random(seed).shuffled(there).slice(0, sample);
}

async function tryFile(path: string, options: Options, sandboxes: readonly Sandbox[]): Promise<Tried[]> {
  const source = readFileSync(path, 'utf8');
  const tests = relatedTests(path);
  const [first] = sandboxes;
  const baseline = await first?.test(tests, BASELINE_LIMIT_MS);
  if (baseline?.verdict !== 'passed') throw new Error(`The tests of ${path} do not pass as it is: ${baseline?.failed}`);
  const queue = [...chosen(mutantsOf(source, path), options)];
  say(`${path}: ${queue.length} mutants; its tests take ${(baseline.tookMs / 1_000).toFixed(1)} s`);
  const tried: Tried[] = [];
  const work = async (sandbox: Sandbox): Promise<void> => {
    for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
      sandbox.write(path, apply(source, mutant));
      const run = await sandbox.test(tests, limitAfter(baseline.tookMs));
      if (run.verdict === 'passed') say(survivor({ path, mutant, run }));
      tried.push({ path, mutant, run });
    }
    sandbox.write(path, source);
  };
  await Promise.all(sandboxes.map(work));
  return tried;
}

const short = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 70);

const survivor = ({ path, mutant: { line, operator, before, after } }: Tried): string =>
  `  survives: ${path}:${line} ${operator}: ${short(before)} -> ${short(after)}`;

function summary(tried: readonly Tried[]): string {
  const killed = tried.filter(({ run }) => run.verdict !== 'passed').length;
  const percent = ((100 * killed) / Math.max(1, tried.length)).toFixed(1);
  return `${killed} of ${tried.length} killed (${percent} %)`;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const sandboxes = Array.from({ length: WORKERS }, () => new Sandbox(process.cwd()));
  const all: Tried[] = [];
  try {
    for (const path of options.paths) {
      const tried = await tryFile(path, options, sandboxes);
      say(`  ${summary(tried)}`);
      all.push(...tried);
      if (options.json !== undefined) writeFile(options.json, asJson(all));
    }
  } finally {
    for (const sandbox of sandboxes) sandbox.remove();
  }
  say(summary(all));
  return 0;
}

void run(main);
