import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createProvisionClient } from '../../ops/provision';
import { newJobId } from '../../results/job-id';
import { eventually } from '../harness/eventually';
import { ROOT } from '../harness/processes';
import { describeInBrowser, withConsole } from './browser';

jest.setTimeout(60_000);

interface Opened {
  readonly id: string;
  readonly letter: { readonly body: string };
}

const LIMIT_BYTES = 40_000;

test('the whole page is 40 kB at most, compressed', async () => {
  const built = join(ROOT, 'dist/console');
  const files = await Promise.all((await readdir(built)).map((name) => readFile(join(built, name))));
  const sizes = files.map((file) => gzipSync(file, { level: 9 }).length);
  expect(sizes.length).toBeGreaterThan(3);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(LIMIT_BYTES);
});

describeInBrowser('what a page of the console shows', () => {
  const one = withConsole();

  /** A message as somebody else wrote it. Resolves to its dead letter, which is found by its text. */
  async function failByHand(input: string): Promise<Opened> {
    const { on, server } = one();
    const { QUEUE_URL: url, AWS_REGION: region = '', AWS_ENDPOINT_URL_SQS: endpoint = '' } = on.variables;
    const client = createProvisionClient(region, endpoint);
    await client.send(
      new SendMessageCommand({ QueueUrl: url, MessageBody: `{"id":"${newJobId()}","input":${input}}` }),
    );
    client.destroy();
    const text = `text=${encodeURIComponent(input.slice(0, 200))}`;
    await eventually(async () => (await server.look(text)).matched === 1, { withinMs: 30_000 });
    const { jobs } = await server.looked(text);
    return (await server.get<Opened>(`/api/jobs/${jobs[0]?.id ?? ''}`)).body;
  }

  const look = () => one().server.look();

  test('numbers of the queue, then groups, then letters, then one of them', async () => {
    const [id = ''] = await one().on.fail(3);
    await look();
    const page = await one().open();
    await page.getByRole('heading', { name: 'Dead', exact: true }).waitFor();
    await eventually(async () => {
      expect(await page.locator('.figure .number').allInnerTexts()).toEqual(['0', '0', '0', '3']);
    });
    expect(await page.title()).toBe('(3) Overview · local');
    expect(await page.locator('.figure svg').first().getAttribute('aria-label')).toMatch(/^Waiting over the last/);
    await page.getByText('SQS counts approximately').waitFor();
    await page.getByText('costs 1 receive').waitFor();

    await page.getByRole('link', { name: 'Order <n> of <id> is negative' }).click();
    await page.getByText('All 3 that match').waitFor();
    expect(new URL(page.url()).searchParams.get('reason')).toBe('negative');
    await page.reload();
    await page.getByText('All 3 that match').waitFor();

    await page.getByRole('link', { name: id }).click();
    await page.getByRole('region', { name: 'Error with its stack' }).getByText('is negative').waitFor();
    const facts = await page.locator('.facts').innerText();
    expect(facts).toMatch(/State\s+failed/);
    expect(facts).toMatch(/Reason\s+negative/);
    await page.getByRole('row', { name: /^type\s.*add-one/ }).waitFor();
    await page.getByRole('heading', { name: 'Attributes' }).waitFor();
    await page.goBack();
    await page.getByText('All 3 that match').waitFor();
  });

  test('letters that match a text, which is in the address', async () => {
    const page = await one().open({ path: '/?view=letters' });
    await page.getByLabel('Text in error or body').fill('order 1002');
    await page.getByText('All 1 that match').waitFor();
    expect(new URL(page.url()).searchParams.get('text')).toBe('order 1002');
    await page.reload();
    await page.getByText('All 1 that match').waitFor();
    await page.getByRole('combobox', { name: 'Reason' }).selectOption('negative');
    await page.getByRole('combobox', { name: 'Failed' }).selectOption('1h');
    await page.getByText('All 1 that match').waitFor();
    await page.getByLabel('Text in error or body').fill('no such text');
    await page.getByText('All 0 that match').waitFor();
    expect(await page.getByRole('button', { name: 'Retry …' }).isDisabled()).toBe(true);
  });

  test.each([
    ['markup', '"</pre><script>document.title=1</script><img src=x onerror=alert(1)>"'],
    ['marks that turn text around', '"\u202egpj.exe\u2066 \u200f"'],
    ['numbers beyond 2^53', '{"a":12345678901234567890,"b":1.0,"c":-0,"d":1e400,"__proto__":{"e":9007199254740993}}'],
    ['16 KiB in one word', `"${'W'.repeat(16_000)}"`],
    ['no JSON at all', '{{{'],
  ])('a body is text as it came: %s', async (_, input) => {
    const { id, letter } = await failByHand(input);
    expect(letter.body).toContain(input);
    const page = await one().open({ path: `/?view=job&id=${id}`, width: 360 });
    const body = page.getByRole('region', { name: 'the body' });
    await body.waitFor();
    expect(await body.textContent()).toBe(letter.body);
    expect(await page.title()).toContain('Job · local');
    expect(await page.locator('pre img, pre script').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    if (input.includes('\u202e'))
      expect(await page.locator('.unseen').first().getAttribute('data-code')).toBe('U+202E');
    const indented = page.getByLabel('Indented');
    if ((await indented.count()) === 0) return;
    await indented.check();
    const digits = (text: string | null) => (text ?? '').replaceAll(/\s/g, '');
    expect(digits(await body.textContent())).toBe(digits(letter.body));
  });

  test('nothing was asked of another server, and no page complained', () => {
    expect(one().complaints).toEqual([]);
  });
});
