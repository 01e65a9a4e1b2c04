import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { reachableHost } from '../contract/local';
import { type Metrics, PROMETHEUS_TYPE, prometheusText } from '../transport/index';
import { listenFault } from './listen-fault';
import { CLOSE, Problem, PROBLEM_TYPE } from './problem';
import { watchProcess } from './process-metrics';

const LOOPBACK = '127.0.0.1';

/** Limits how long a scrape may take to ask, and for how long its answer may stay unread. */
const TIMEOUTS = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 1_000 };
const SILENCE_MS = 10_000;

/** Limits unread answers: each connection gets one. */
const MAX_CONNECTIONS = 32;

export interface MetricsPlace {
  readonly host: string | undefined;
  /** The variable that holds the port. */
  readonly variable: 'METRICS_PORT' | 'CONSUMER_METRICS_PORT';
  /** The service's own port, which metrics must not take. */
  readonly appPort: number;
}

/**
 * Serves `GET /metrics` on a port of its own until the process ends. If that port is taken, the service runs without
 * it.
 */
export class MetricsEndpoint implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Metrics');
  private readonly server = createServer(TIMEOUTS, (request, response) => {
    this.answer(request, response);
  });
  private stopWatching: () => void = () => undefined;

  constructor(
    private readonly metrics: Metrics,
    private readonly place: MetricsPlace & { readonly port: number },
  ) {
    this.server.maxRequestsPerSocket = 1;
    this.server.maxConnections = MAX_CONNECTIONS;
    this.server.setTimeout(SILENCE_MS);
    this.server.on('error', () => undefined);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { host = LOOPBACK, port, appPort, variable } = this.place;
    try {
      if (port === appPort) throw Object.assign(new Error('taken'), { code: 'EADDRINUSE' });
      this.server.listen(port, host);
      await once(this.server, 'listening');
      this.stopWatching = watchProcess(this.metrics);
      this.logger.log(`Metrics at http://${reachableHost(host)}:${port}/metrics`);
    } catch (error) {
      this.logger.warn(`No metrics at port ${port}. ${listenFault(error, variable) ?? String(error)}.`);
    }
  }

  onApplicationShutdown(): void {
    this.stopWatching();
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer({ method, url }: IncomingMessage, response: ServerResponse): void {
    const isThere = url?.split('?', 1)[0] === '/metrics';
    if (isThere && method === 'GET') {
      response.writeHead(200, { 'content-type': PROMETHEUS_TYPE, ...CLOSE }).end(prometheusText(this.metrics));
      return;
    }
    const problem = isThere
      ? new Problem(405, 'This path takes GET.', { headers: { allow: 'GET' } })
      : new Problem(404, 'There is nothing at this path; the metrics are at /metrics.');
    const headers = { 'content-type': PROBLEM_TYPE, ...problem.headers, ...CLOSE };
    response.writeHead(problem.status, headers).end(JSON.stringify(problem));
  }
}
