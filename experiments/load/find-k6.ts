import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Variables } from '../../contract/local';

export interface K6 {
  readonly path: string;
  readonly version: string;
}

/** The first that runs TypeScript as it is and is still supported. */
const OLDEST_MAJOR = 1;

const HOW: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'brew install k6',
  win32: 'winget install k6 --source winget',
  linux:
    'take k6-…-linux-….tar.gz from https://github.com/grafana/k6/releases, or: go install go.k6.io/k6@v1.8.1 (a package for Debian and Fedora: https://grafana.com/docs/k6/latest/set-up/install-k6/)',
};

const how = (platform: NodeJS.Platform): string =>
  `${HOW[platform] ?? 'see https://grafana.com/docs/k6/latest/set-up/install-k6/'}. It is looked for at $K6, then on PATH. Without it, the README has a loop for the shell.`;

/** k6 at `$K6`, or on `PATH`; throws a sentence on how to get it. */
export async function findK6(variables: Variables, platform: NodeJS.Platform = process.platform): Promise<K6> {
  const own = variables['K6']?.trim();
  const path = own === undefined || own === '' ? 'k6' : own;
  const text = await versionText(path);
  if (text === undefined) {
    const missing = path === 'k6' ? 'k6 is missing.' : `$K6 is "${path}", which does not run as k6.`;
    throw new Error(`${missing} To get it: ${how(platform)}`);
  }
  const version = /^k6(?:\.exe)? v(\d+)\.\S+/.exec(text);
  if (Number(version?.[1] ?? 0) < OLDEST_MAJOR) {
    throw new Error(`This k6 is too old (${text.trim()}). To get a newer one: ${how(platform)}`);
  }
  return { path, version: text.trim() };
}

async function versionText(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['version'], { timeout: 20_000 });
    return stdout;
  } catch {
    return undefined;
  }
}
