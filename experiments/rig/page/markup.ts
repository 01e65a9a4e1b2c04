/** Text that is HTML or SVG already; whatever else goes into an element is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Content = string | number | Markup;
export type Attributes = Readonly<Record<string, string | number>>;

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const textOf = (content: Content): string => (content instanceof Markup ? content.text : escape(String(content)));

const VOID = new Set(['meta', 'br']);

export function element(name: string, attributes: Attributes, content: readonly Content[] = []): Markup {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(String(value))}"`);
  const start = `<${name}${written.join('')}>`;
  return new Markup(VOID.has(name) ? start : `${start}${content.map(textOf).join('')}</${name}>`);
}

export const paragraph = (text: string, style = ''): Markup =>
  element('p', style === '' ? {} : { class: style }, [text]);

/** A figure that counts, with its title and with sentences about it. */
export const tile = (figure: string, words: readonly (string | Markup)[], title?: string): Markup =>
  element('div', { class: 'tile' }, [
    ...(title === undefined ? [] : [element('h3', {}, [title])]),
    paragraph(figure, 'figure'),
    ...words.map((text) => (text instanceof Markup ? text : paragraph(text))),
  ]);

/** JSON inside a script element: no `<`, so nothing in it ends the element. */
export const jsonScript = (id: string, value: unknown): Markup =>
  element('script', { type: 'application/json', id }, [new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'))]);

/** A generous estimate, in pixels, as fonts differ: the wide ones of Linux fit, bold ones take `share` 0.7. */
export const widthOf = (text: string, size: number, share = 0.61): number => Math.ceil(text.length * size * share);

export const BOLD = 0.7;

/** Breaks at spaces so that each line is at most so wide; a longer word stays whole. */
export function wrap(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = `${last ?? ''} ${word}`;
    if (last !== undefined && widthOf(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

export const euros = (amount: number): string => `€${amount.toLocaleString('en-US')}`;

/** A count as it is read: 12,345. */
export const grouped = (count: number): string => count.toLocaleString('en-US');

export const plural = (count: number, one: string): string => `${grouped(count)} ${one}${count === 1 ? '' : 's'}`;
