/** What `GET /metrics` at a port answers: the text, and each series by its line without the value. */
export interface Scrape {
  readonly text: string;
  readonly series: Readonly<Record<string, number>>;
}

export async function scrape(port: string): Promise<Scrape> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (!answer.ok) throw new Error(`The scrape is answered ${answer.status}.`);
  const text = await answer.text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const pairs = lines.map((line): [string, number] => {
    const blank = line.lastIndexOf(' ');
    return [line.slice(0, blank), Number(line.slice(blank + 1))];
  });
  return { text, series: Object.fromEntries(pairs) };
}
