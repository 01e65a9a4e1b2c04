import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { existsSync } from 'node:fs';
import { TestConsole } from '../harness/console';
import { JobsCommands } from '../harness/jobs-commands';

/** Where Debian and others put a browser that speaks the protocol of Chromium. */
const PLACES = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);
const CHROMIUM = PLACES.find((path) => existsSync(path));

/** As root, as in CI, Chromium starts without its sandbox only. The rest keeps it from asking anything of the network. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** As `describe`, where there is a browser; elsewhere skipped, and said so. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (CHROMIUM === undefined) process.stderr.write(`No Chromium at ${PLACES.join(', ')}: skipping "${name}"\n`);
  (CHROMIUM === undefined ? describe.skip : describe)(name, tests);
}

export interface View {
  readonly path?: string;
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  /** With a token; that of the pair's own console unless given. */
  readonly address?: string;
}

type Options = Parameters<typeof TestConsole.start>[1] & { readonly fifo?: boolean };

/** The console of a pair, as a browser shows it. */
export class ConsoleInBrowser {
  private readonly contexts: BrowserContext[] = [];
  /** What a page complained of, or asked of another server. */
  readonly complaints: string[] = [];

  private constructor(
    readonly on: JobsCommands,
    readonly server: TestConsole,
    private readonly browser: Browser,
  ) {}

  static async start({ fifo = false, ...options }: Options = {}): Promise<ConsoleInBrowser> {
    const browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ARGS });
    const on = await JobsCommands.start(fifo);
    return new ConsoleInBrowser(on, await TestConsole.start(on.variables, options), browser);
  }

  async open({ path = '/', scheme = 'light', width = 1_280, address = this.server.address }: View = {}): Promise<Page> {
    const { origin } = new URL(address);
    const context = await this.browser.newContext({ colorScheme: scheme, viewport: { width, height: 800 } });
    this.contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('console', (said) => {
      // Of each answer other than 200, which the page itself has to show.
      if (said.text().startsWith('Failed to load resource')) return;
      if (said.type() === 'error' || said.type() === 'warning') this.complaints.push(said.text());
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin)) this.complaints.push(`asked ${url}`);
    });
    await page.goto(address);
    if (path !== '/') await page.goto(origin + path);
    return page;
  }

  /** After each test: what one left open would hold connections of the next. */
  async closePages(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.closePages();
    await this.browser.close();
    await this.server.close();
    await this.on.close();
  }
}

/** One browser, one pair and one console for the tests of one file. */
export function withConsole(options?: Options): () => ConsoleInBrowser {
  let one: ConsoleInBrowser;
  beforeAll(async () => {
    one = await ConsoleInBrowser.start(options);
  });
  afterEach(() => one.closePages());
  afterAll(() => one.close());
  return () => one;
}
