import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { compose, composeDown, docker, inspect, PROJECT, withDocker } from './docker';

const OWN_LAYERS_LIMIT = 6_000_000;
const SERVICES = ['producer', 'consumer'] as const;

const imageOf = (service: (typeof SERVICES)[number]): string => `${PROJECT}-${service}`;

/** Every path in an image, by way of a container that is never started. */
async function filesOf(image: string): Promise<string[]> {
  const id = await docker(['create', image]);
  try {
    const tar = await promisify(execFile)('sh', ['-c', `docker export ${id} | tar -t`], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return tar.stdout.split('\n');
  } finally {
    await docker(['rm', id]);
  }
}

/** Bytes that our own files add to an image; those of Lambda's adapter, another image's, apart. */
async function layersOf(image: string): Promise<{ own: number; adapter: number }> {
  const history = await docker([
    'history',
    '--no-trunc',
    '--human=false',
    '--format',
    '{{.Size}}\t{{.CreatedBy}}',
    image,
  ]);
  const steps = history.split('\n').map((line) => line.split('\t'));
  const base = steps.findIndex(([, step = '']) => step.startsWith('ENTRYPOINT'));
  const sum = (adapter: boolean): number =>
    steps
      .slice(0, base)
      .filter(([, step = '']) => step.includes('lambda-adapter') === adapter)
      .reduce((bytes, [size]) => bytes + Number(size), 0);
  return { own: sum(false), adapter: sum(true) };
}

async function startFault(args: readonly string[]): Promise<{ code: number; stderr: string; stdout: string }> {
  return docker(['run', '--rm', ...args]).then(
    () => ({ code: 0, stderr: '', stdout: '' }),
    (error: unknown) => error as { code: number; stderr: string; stdout: string },
  );
}

withDocker('images', () => {
  beforeAll(async () => {
    await compose(['build']);
  });
  afterAll(composeDown);

  test.each(SERVICES)("the %s's own layers are small", async (service) => {
    const { own, adapter } = await layersOf(imageOf(service));
    process.stdout.write(`${service}: ${own} bytes of our own, ${adapter} of the adapter\n`);
    expect(own).toBeGreaterThan(1_000_000);
    expect(own).toBeLessThanOrEqual(OWN_LAYERS_LIMIT);
  });

  test.each(SERVICES)(
    'the %s holds Node, its bundle and the adapter; no shell, no npm, no modules',
    async (service) => {
      const files = await filesOf(imageOf(service));
      expect(files).toEqual(
        expect.arrayContaining(['nodejs/bin/node', `app/${service}.js`, 'opt/extensions/lambda-adapter']),
      );
      const unwanted = files.filter((file) =>
        /(^|\/)(ba|da|a)?sh$|busybox|\/np[mx]\b|node_modules|\.map$|\.ts$|\.env|npmrc/.test(file),
      );
      expect(unwanted).toEqual([]);
      expect(files.filter((file) => file.startsWith('app/') && !file.includes('swagger-ui/')).sort()).toEqual(
        [
          'app/',
          'app/healthy.js',
          'app/program.cjs',
          `app/${service}.js`,
          `app/${service}.bundle.zst`,
          `app/${service}.bundle.js.LEGAL.txt`,
          `app/${service}.licenses.txt`,
          `app/${service}.${process.arch}.cache`,
        ].sort(),
      );
    },
  );

  test.each(SERVICES)(
    'the %s runs as nobody in particular, starts in exec form and says what it is',
    async (service) => {
      const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
      expect(await inspect(imageOf(service), '.Config')).toMatchObject({
        User: expect.stringMatching(/^(65532|nonroot)$/),
        Entrypoint: ['/nodejs/bin/node'],
        Cmd: [`/app/${service}.js`],
        Labels: {
          'org.opencontainers.image.title': `Plusone ${service}`,
          'org.opencontainers.image.version': version,
          'org.opencontainers.image.licenses': 'MIT',
        },
      });
    },
  );

  // 993 as on Lambda: none that the image knows of.
  test.each(SERVICES.flatMap((service) => ['65532', '993'].map((user) => ({ service, user }))))(
    'the $service run by $user has its code compiled already',
    async ({ service, user }) => {
      const rejected = `require('/app/program.cjs').load('${service}').cachedDataRejected`;
      const run = ['run', '--rm', '--read-only', '--user', user, imageOf(service)];
      expect(await docker([...run, '--print', rejected])).toBe('false');
    },
  );

  test.each(SERVICES)('the %s carries the licences of what it bundles', async (service) => {
    const print = `fs.readFileSync('/app/${service}.licenses.txt', 'utf8')`;
    const notices = await docker(['run', '--rm', imageOf(service), '--print', print]);
    for (const name of ['plusone', '@nestjs/core', '@aws-sdk/client-sqs', 'fastify'])
      expect(notices).toContain(`${name} `);
    expect(notices).toContain('Permission is hereby granted');
  });

  test.each(SERVICES)('the bundle of the %s is the ASCII it is read as', async (service) => {
    const others = `zlib.zstdDecompressSync(fs.readFileSync('/app/${service}.bundle.zst')).filter((byte) => byte > 127).length`;
    expect(await docker(['run', '--rm', imageOf(service), '--print', others])).toBe('0');
  });

  test.each(SERVICES)('the %s without a queue says so, read-only and without a right', async (service) => {
    const { code, stdout, stderr } = await startFault(['--read-only', '--cap-drop', 'ALL', imageOf(service)]);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('QUEUE_URL is missing');
  });

  test('a health check of what does not run fails with the reason', async () => {
    const { code, stderr } = await startFault([imageOf('producer'), '/app/healthy.js', 'PORT']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/ECONNREFUSED/);
  });
});
