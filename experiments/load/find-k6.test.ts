import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findK6 } from './find-k6';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusone-k6-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A program that says what `k6 version` would. */
function program(says: string): string {
  const path = join(folder, `k6-${says.replace(/\W+/g, '-')}`);
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
  return path;
}

test.each([
  ['darwin', /brew install k6/],
  ['win32', /winget install k6/],
  ['linux', /go install go\.k6\.io\/k6@v1/],
  ['freebsd', /see https:\/\/grafana\.com/],
] as const)('says how to get k6 on %s, in one line', async (platform, how) => {
  const message = await findK6({ K6: join(folder, 'nowhere') }, platform).catch(String);
  expect(message).toMatch(/^Error: \$K6 is ".*nowhere", which does not run as k6\. To get it: /);
  expect(message).toMatch(how);
  expect(message).not.toMatch(/\n/);
});

test('takes the one at $K6, whatever is on PATH', async () => {
  const path = program('k6 v1.8.1 (go1.26.8, linux/amd64)');
  expect(await findK6({ K6: path })).toEqual({ path, version: 'k6 v1.8.1 (go1.26.8, linux/amd64)' });
});

test.each(['k6 v0.49.0 (2024-01-29T11:46:37+0000/v0.49.0-0-gb62ca0f, go1.21.6)', 'some other program'])(
  'refuses %s',
  async (says) => {
    await expect(findK6({ K6: program(says) })).rejects.toThrow(/^This k6 is too old/);
  },
);
