import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { childEnvironment } from '../../ops/child-environment';
import { ROOT } from '../harness/processes';

const run = promisify(execFile);

export type Variables = Readonly<Record<string, string>>;

/** Runs `docker` in the root of the repository; resolves to what it printed, rejects with what it complained of. */
export async function docker(args: readonly string[], env: Variables = {}): Promise<string> {
  const { stdout } = await run('docker', args, {
    cwd: ROOT,
    env: childEnvironment({ DOCKER_BUILDKIT: '1', ...env }),
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.trim();
}

/** A project of this run's own: containers, networks and images are beside a user's, and are gone afterwards. */
export const PROJECT = `plusone-test-${process.pid}`;

/** `docker compose` in that project. */
export const compose = (args: readonly string[], env: Variables = {}): Promise<string> =>
  docker(['compose', '-p', PROJECT, ...args], env);

/** Removes all of it, also what a failed start left behind. */
export async function composeDown(): Promise<void> {
  await compose(['down', '--timeout', '1', '--volumes', '--remove-orphans', '--rmi', 'local']);
}

/** As `describe`, where a Docker engine with compose 2 answers; elsewhere skipped, and said so. */
export function withDocker(name: string, tests: () => void): void {
  const there = [['version'], ['compose', 'version']].every(
    (args) => spawnSync('docker', args, { timeout: 20_000 }).status === 0,
  );
  if (!there) process.stderr.write(`No Docker with compose 2 answers: skipping "${name}"\n`);
  (there ? describe : describe.skip)(name, tests);
}

/** What `docker inspect` says; `format` is a Go template of something that prints as JSON. */
export async function inspect(id: string, format: string): Promise<unknown> {
  return JSON.parse(await docker(['inspect', '--format', `{{json ${format}}}`, id]));
}
