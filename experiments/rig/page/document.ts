import { element, jsonScript, Markup } from './markup';

/** An HTML file that needs nothing else, and holds the findings it was made of. */
export function htmlDocument(parts: {
  readonly title: string;
  readonly style: string;
  readonly body: readonly Markup[];
  readonly findings: unknown;
}): string {
  const head = [
    element('meta', { charset: 'utf-8' }),
    element('meta', { name: 'viewport', content: 'width=device-width,initial-scale=1' }),
    element('title', {}, [parts.title]),
    element('style', {}, [new Markup(parts.style)]),
  ];
  const html = element('html', { lang: 'en' }, [
    element('head', {}, head),
    element('body', {}, [element('main', {}, parts.body), jsonScript('findings', parts.findings)]),
  ]);
  return `<!doctype html>\n${html.text}\n`;
}
