/** A step of a page of docs that is to be carried out. */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  /** Goes on running. */
  | { readonly kind: 'start'; readonly command: string }
  | { readonly kind: 'command'; readonly command: string; readonly shown: string }
  /** What the process that goes on running has said by then. */
  | { readonly kind: 'said'; readonly shown: string };

/** A block of code; `before` is the line ahead of it, which names the file. */
interface Block {
  readonly before: string;
  readonly language: string;
  readonly text: string;
}

const BLOCK = /(?:^|\n)([^\n]*)\n\n```(\w+)\n(.*?)```/gs;

/** Every block of code of a page, in order; one that is no step is a fault of the page. */
export const stepsOf = (page: string): Step[] => {
  const blocks = [...page.matchAll(BLOCK)].map(([, before = '', language = '', text = '']) => ({
    before,
    language,
    text,
  }));
  if (blocks.length !== page.match(/^```\w/gm)?.length)
    throw new Error('A block of code does not follow a line of text');
  return blocks.flatMap(stepsIn);
};

function stepsIn({ before, language, text }: Block): Step[] {
  if (language === 'sh') return [{ kind: 'start', command: text.trim() }];
  if (language === 'text')
    return text
      .trim()
      .split('\n')
      .map((shown) => ({ kind: 'said', shown }));
  if (language === 'console') return text.split(/^\$ /m).slice(1).map(commandIn);
  const [, path] = /`([\w/.-]+\.ts)`[^`]*:$/.exec(before) ?? [];
  if (path === undefined) throw new Error(`The line before this block names no file: ${before}`);
  return [{ kind: 'file', path, text }];
}

function commandIn(text: string): Step {
  const [command = '', ...shown] = text.trim().split('\n');
  return { kind: 'command', command, shown: shown.join('\n') };
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** The ids of a page and those that they turned out to be. */
export class Ids {
  private readonly actual = new Map<string, string>();

  /** `text` of the page, with the ids that are known by now. */
  in(text: string): string {
    return text.replace(ID, (id) => this.actual.get(id) ?? id);
  }

  /** What of `said` would stand on the page: its ids, and its times. Ids are learnt in the order in which they come. */
  asShown(said: string, shown: string): string {
    const times = shown.match(TIME) ?? [];
    const ids = shown.match(ID) ?? [];
    for (const [at, id] of (said.match(ID) ?? []).entries()) {
      const page = ids[at];
      if (page !== undefined && !this.actual.has(page)) this.actual.set(page, id);
    }
    const pages = new Map([...this.actual].map(([page, id]) => [id, page]));
    return said.replace(ID, (id) => pages.get(id) ?? id).replace(TIME, (time) => times.shift() ?? time);
  }
}
