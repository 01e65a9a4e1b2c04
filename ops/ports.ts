import { once } from 'node:events';
import { createServer } from 'node:net';
import { listenFault } from '../service/listen-fault';

export interface PortUse {
  /** The variable that changes it. */
  readonly variable: string;
  readonly host: string;
  readonly port: number;
}

async function isTaken({ variable, host, port }: PortUse): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return false;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return true;
    throw new Error(`${listenFault(error, variable) ?? String(error)}.`, { cause: error });
  } finally {
    server.close();
  }
}

/** One sentence about the ports that cannot be had; undefined if all can. */
export async function portFault(uses: readonly PortUse[]): Promise<string | undefined> {
  const double = uses.find((use, index) => uses.findIndex(({ port }) => port === use.port) < index);
  if (double) return `Port ${double.port} is given twice; set ${double.variable} to another one.`;
  const taken: PortUse[] = [];
  for (const use of uses) if (await isTaken(use)) taken.push(use);
  if (taken.length === 0) return undefined;
  const ports = taken.map(({ port }) => port).join(' and ');
  const variables = taken.map(({ variable }) => variable).join(' and ');
  return taken.length === 1
    ? `Port ${ports} is taken; set ${variables} to another one.`
    : `Ports ${ports} are taken; set ${variables} to other ones.`;
}
