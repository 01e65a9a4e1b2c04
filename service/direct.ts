import { request } from 'node:http';

interface DirectAnswer {
  readonly ok: boolean;
  readonly text: string;
}

/**
 * Asks a process of this machine without the proxy that the environment names, which `fetch` would use with
 * NODE_USE_ENV_PROXY.
 */
export function getDirect(url: string, withinMs: number): Promise<DirectAnswer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(withinMs);
    const outgoing = request(url, { agent: false, signal }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      incoming.on('error', reject).on('end', () => {
        resolve({ ok: incoming.statusCode === 200, text });
      });
    });
    outgoing.on('error', reject).end();
  });
}
