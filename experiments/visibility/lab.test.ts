import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, endApps, isAlive, runApp } from '../../test/harness/processes';
import { eventually } from '../../test/harness/eventually';
import { readFindings } from './findings';
import { faultsOf } from './tally';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-lab-'));
});

afterAll(async () => {
  await endApps();
  rmSync(folder, { recursive: true });
});

const runLab = (...args: string[]): App =>
  runApp('dist/experiments/visibility/lab.js', { args: ['--out', join(folder, 'report.html'), ...args] });

const childrenOf = (pid: number): number[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));

it("pays twice with the tutorial's consumer, once with ours, and tells the story of both", async () => {
  const json = join(folder, 'findings.json');
  const lab = runLab('--quick', '--json', json);
  expect(await lab.exit(25_000)).toEqual({ code: 0, signal: null });
  const { tallies, stories } = readFindings(json);
  const tooShort = tallies.filter(({ workSeconds, visibilitySeconds }) => workSeconds > visibilitySeconds);
  expect(tooShort.map(({ consumer, ordered, moved }) => [consumer, ordered, moved])).toEqual([
    ['tutorial', 200, 400],
    ['sqs-consumer', 200, 400],
    ['plusone', 200, 200],
  ]);
  expect(tooShort.map(({ earlyDeadLetters }) => earlyDeadLetters)).toEqual([2, 2, 0]);
  expect(tallies.filter(({ consumer }) => consumer === 'plusone').flatMap(faultsOf)).toEqual([]);
  expect(stories.tutorial.payments).toHaveLength(2);
  expect(stories.tutorial.deadLettered).toBeGreaterThan(2);
  expect(stories.plusone.payments).toHaveLength(1);
  expect(stories.plusone.extensions.length).toBeGreaterThanOrEqual(3);
  expect(stories.plusone).not.toHaveProperty('deadLettered');
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);
}, 40_000);

it('ends with all its processes on Ctrl-C', async () => {
  const lab = runLab('--quick');
  await lab.line(/cells at rest/);
  const children = childrenOf(lab.pid);
  // The broker, three consumers, two stories.
  expect(children).toHaveLength(6);
  lab.signal('SIGINT');
  expect(await lab.exit()).toEqual({ code: 130, signal: null });
  await eventually(() => !children.some(isAlive));
});

it.each([
  [['--broker', 'https://sqs.eu-west-1.amazonaws.com'], /a broker on this machine or next to it\. \(/],
  [['--from', '/nowhere.json'], /^\/nowhere\.json cannot be read as JSON: ENOENT/],
  [['--fast'], /^unknown option '--fast' \(npm run lab/],
])('refuses %j in one sentence', async (args, sentence) => {
  const lab = runLab(...args);
  expect(await lab.exit()).toEqual({ code: 1, signal: null });
  expect(lab.lines).toEqual([expect.stringMatching(sentence)]);
});
