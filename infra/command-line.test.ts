import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endApps, runApp } from '../test/harness/processes';

// `npx cdk synth` itself, with neither Docker nor credentials: each takes seconds of processor time.
jest.setTimeout(120_000);

let output: string;
beforeEach(async () => {
  output = await mkdtemp(join(tmpdir(), 'synth-test-'));
});
afterEach(async () => {
  await endApps();
  await rm(output, { recursive: true, force: true });
});

const NOTHING = {
  DOCKER_HOST: 'tcp://127.0.0.1:1',
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_REGION: undefined,
  CDK_DISABLE_CLI_TELEMETRY: 'true',
};

async function synth(...options: string[]): Promise<{ code: number | null; lines: readonly string[] }> {
  const args = ['synth', '--quiet', '--no-notices', '--output', output, ...options.flatMap((option) => ['-c', option])];
  const app = runApp('node_modules/aws-cdk/bin/cdk', { args, env: NOTHING });
  const { code } = await app.exit(100_000);
  return { code, lines: app.lines };
}

it('synthesizes both stacks; an image is made of sources and nothing else', async () => {
  expect((await synth()).code).toBe(0);
  const names = await readdir(output);
  expect(names).toEqual(
    expect.arrayContaining(['plusone-dev-messaging.template.json', 'plusone-dev-compute.template.json']),
  );
  const images = names.filter((name) => name.startsWith('asset.'));
  expect(images).toHaveLength(2);
  for (const image of images) {
    const files = await readdir(join(output, image));
    expect(files).toEqual(expect.arrayContaining(['package-lock.json', 'contract', 'producer', 'consumer', 'docker']));
    for (const outside of ['.git', '.data', 'node_modules', 'dist', 'cdk.out', 'infra', 'test', 'docs', 'README.md'])
      expect(files).not.toContain(outside);
    expect((await readdir(join(output, image, 'docker'))).sort()).toEqual([
      'Dockerfile',
      'bundle.mjs',
      'code-cache.mjs',
      'notices.mjs',
      'program.cjs',
      'undici.mjs',
    ]);
    expect(await readFile(join(output, image, '.dockerignore'), 'utf8')).toMatch(/^\*$/m);
  }
});

it.each([
  [['consumer=ec2'], 'consumer is "ec2"; it takes lambda or fargate.'],
  [['batchSize=11'], 'batchSize is 11; more than 10 needs a batchWindow of at least 1 s.'],
  [['fifo=true', 'batchWindow=5'], 'batchWindow is 5; a FIFO queue takes none.'],
  [
    ['domain=jobs.example.com'],
    'certificate is missing; domain=jobs.example.com needs the ARN of its certificate in ap-northeast-2.',
  ],
  [['region=seoul'], 'region is "seoul"; it takes a region of AWS such as ap-northeast-2.'],
])('refuses %j in one sentence', async (options, sentence) => {
  const { code, lines } = await synth(...options);
  expect(code).toBe(1);
  // What follows is CDK's own line, with the command that it ran.
  expect(lines[0]).toBe(sentence);
  expect(lines.filter((line) => /^\s+at /.test(line))).toEqual([]);
  expect(lines.slice(1).filter((line) => !line.includes('Subprocess exited with error 1'))).toEqual([]);
  expect(await readdir(output)).toEqual([]);
});
