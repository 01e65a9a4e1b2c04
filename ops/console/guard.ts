import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { COMMON_HEADERS, Problem } from '../../service/problem';
import { type Entrance } from './entrance';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A POST that changes nothing, so that it is there with `--read-only` too. */
    readonly reads?: boolean;
  }
}

/**
 * Host names that surely mean this machine. Any other name may belong to a web page and resolve to 127.0.0.1 (DNS
 * rebinding).
 */
const HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;

const HEADERS = {
  ...COMMON_HEADERS,
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Nothing is loaded or asked from anywhere else, and nothing may frame it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const OPEN_ADDRESS = 'Open the address that the console printed when it started';

/** Who may ask, and from where. Every answer passes here first. */
export class Guard {
  /** In the cookie. */
  private readonly session = randomBytes(32).toString('base64url');
  /** Browsers tell cookies apart by host, not by port; two consoles on one machine need two names. */
  private readonly cookieName: string;
  private readonly token: string;

  constructor(
    { port, token }: Entrance,
    private readonly readOnly: boolean,
  ) {
    this.cookieName = `plusone_console_${port}`;
    this.token = token;
  }

  register(app: FastifyInstance): void {
    app.addHook('onRequest', (request, reply, next) => {
      this.headers(reply);
      this.check(request);
      next();
    });
  }

  headers(reply: FastifyReply): void {
    void reply.headers({ ...HEADERS, 'content-security-policy': POLICY });
  }

  isToken(text: unknown): boolean {
    return typeof text === 'string' && isSame(text, this.token);
  }

  get cookie(): string {
    return `${this.cookieName}=${this.session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  private check(request: FastifyRequest): void {
    const { method, headers } = request;
    if (!HOST.test(headers.host ?? '')) throw new Problem(403, 'The console answers to 127.0.0.1 and localhost only.');
    if (method !== 'GET' && method !== 'POST')
      throw new Problem(405, 'The console takes GET and POST.', { headers: { allow: 'GET, POST' } });
    if (!request.url.startsWith('/')) throw new Problem(400, 'The console is no proxy.');
    if (isTokenAddress(request)) return;
    if (!this.hasCookie(headers.cookie)) throw new Problem(401, `${OPEN_ADDRESS}.`);
    this.checkOrigin(request);
    if (method === 'POST' && this.readOnly && request.routeOptions.config.reads !== true)
      throw new Problem(403, 'This console was started with --read-only: it changes nothing.');
  }

  /** The cookie goes to every port of this host, so another page of this machine must not get through either. */
  private checkOrigin({ method, headers, routeOptions }: FastifyRequest): void {
    const { 'sec-fetch-site': site, origin, host } = headers;
    const changes = method !== 'GET';
    // A link may lead to the page from anywhere.
    if (!changes && routeOptions.url === '/') return;
    const isOwn = site === 'same-origin' || (!changes && (site === undefined || site === 'none'));
    const isOwnOrigin = origin === `http://${String(host)}` || (!changes && origin === undefined);
    if (!isOwn || !isOwnOrigin) throw new Problem(403, "Only the console's own page may ask this.");
  }

  private hasCookie(header = ''): boolean {
    const start = `${this.cookieName}=`;
    const values = header.split(';').map((part) => part.trim());
    return values.some((one) => one.startsWith(start) && isSame(one.slice(start.length), this.session));
  }
}

export const isTokenAddress = ({ method, url }: FastifyRequest): boolean =>
  method === 'GET' && url.startsWith('/?token=');

/** Compares in constant time, whatever the length. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
