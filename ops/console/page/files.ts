/** What a browser is sent. */
export interface Page {
  /** By name: `index.html`, and what is at `/assets/NAME`. */
  readonly files: ReadonlyMap<string, { readonly type: string; readonly body: Buffer }>;
  /** Of inline scripts, such as `'sha256-…'`. */
  readonly scriptHashes?: readonly string[];
}

const INDEX = '<!doctype html><html lang="en"><title>Plusone</title><p>The page is being made.</p></html>';

export const pageFiles = (): Promise<Page> =>
  Promise.resolve({ files: new Map([['index.html', { type: 'text/html; charset=utf-8', body: Buffer.from(INDEX) }]]) });
