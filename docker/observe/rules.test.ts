import { execFileSync, spawnSync } from 'node:child_process';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
if (!hasPromtool) process.stderr.write('promtool is not on the PATH: skipping what it would check\n');

(hasPromtool ? it : it.skip).each([
  ['takes the rules', 'check', 'rules', 'rules.yaml'],
  ['takes the configuration', 'check', 'config', 'prometheus.yaml'],
  ['sees each alert go off by its fault, and not without', 'test', 'rules', 'rules.test.yaml'],
])('promtool %s', (_, ...args) => {
  expect(execFileSync('promtool', args, { cwd: __dirname, encoding: 'utf8' })).toContain('SUCCESS');
});
