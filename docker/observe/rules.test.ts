import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) process.stderr.write('promtool is not on the PATH: skipping what it would check\n');

(hasPromtool ? it : it.skip).each([
  ['takes the rules', 'check', 'rules', 'rules.yaml'],
  ['takes the configuration', 'check', 'config', 'prometheus.yaml'],
  ['sees each alert go off by its fault, and not without', 'test', 'rules', 'rules.test.yaml'],
])('promtool %s', (_, ...args) => {
  expect(execFileSync('promtool', args, { cwd: __dirname, encoding: 'utf8' })).toContain('SUCCESS');
});

it('each alert names a part of the runbook that is there', () => {
  const rules = readFileSync(join(__dirname, 'rules.yaml'), 'utf8');
  const runbook = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
  const headings = [...runbook.matchAll(/^### (\w+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
  const named = [...rules.matchAll(/runbook: docs\/operations\.md#(\w+)$/gm)].map(([, anchor]) => anchor);
  expect(named).toHaveLength([...rules.matchAll(/- alert:/g)].length);
  expect(headings).toEqual(expect.arrayContaining(named));
});
