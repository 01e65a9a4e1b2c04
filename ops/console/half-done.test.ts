import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { startFaultProxy } from '../../experiments/rig/proxy/fault-proxy';
import { newJobId } from '../../results/job-id';
import { type Answered, type Question, TestConsole, withConsoles } from '../../test/harness/console';
import { type JobsCommands } from '../../test/harness/jobs-commands';
import { createProvisionClient } from '../provision';
import { openStoreFile } from '../../test/harness/store-file';

jest.setTimeout(180_000);

const it = withConsoles();

function inStore(on: JobsCommands, sql: string): void {
  const database = openStoreFile(on.pair.resultsPath);
  database.exec(sql);
  database.close();
}

describe('what is done in part, or cannot be noted', () => {
  it('a release that ends half way shows what it released, and holds the rest', async ({ on, page }) => {
    await on.fail(21, 'a');
    const { jobs } = await page.look();
    expect(await page.change({ action: 'hold', filter: {} })).toMatchObject({ state: 'done', done: 21 });
    const last = jobs.at(-1)?.id ?? '';
    const stuck = `WHEN OLD.key = '${last}' BEGIN SELECT raise(ABORT, 'it is stuck'); END`;
    inStore(on, `CREATE TRIGGER stuck BEFORE DELETE ON plusone_note ${stuck}`);
    expect(await page.change({ action: 'release', filter: {} })).toMatchObject({
      state: 'partly',
      done: 20,
      sentence: expect.stringContaining('it is stuck') as string,
    });
    expect(await page.looked('held=true')).toMatchObject({ matched: 1, jobs: [{ id: last }] });
    inStore(on, 'DROP TRIGGER stuck');
    expect(await page.change({ action: 'release', filter: {} })).toMatchObject({ sentence: '1 of 1 released' });
  });

  it('letters that were sent and could not be deleted are part of it done', async ({ on }) => {
    await on.fail(3, 'a');
    on.broken = false;
    const proxy = await startFaultProxy(on.pair.variables['AWS_ENDPOINT_URL_SQS'] ?? '');
    const behind = await TestConsole.start({ ...on.variables, AWS_ENDPOINT_URL_SQS: proxy.endpoint });
    try {
      await behind.look();
      proxy.rule('DeleteMessageBatch', 'unavailable');
      expect(await behind.change({ action: 'retry', filter: {} })).toMatchObject({
        state: 'partly',
        done: 0,
        others: ['3 sent, but still in the dead-letter queue', expect.stringMatching(/^ended early: /)],
      });
    } finally {
      await behind.close();
      await proxy.close();
    }
  });

  it('letters without an error are a group, which can be asked for and changed', async ({ on, page }) => {
    const [other] = await on.fail(1, 'a');
    const { DLQ_URL: QueueUrl, AWS_REGION: region, AWS_ENDPOINT_URL_SQS: endpoint } = on.variables;
    const client = createProvisionClient(region ?? '', endpoint ?? '');
    const id = newJobId();
    const why = { DataType: 'String', StringValue: JSON.stringify({ reason: 'negative', error: '', attempts: 1 }) };
    await client.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: JSON.stringify({ id, input: 1 }),
        MessageAttributes: { 'dead-letter': why },
        ...(on.fifo && { MessageGroupId: id, MessageDeduplicationId: id }),
      }),
    );
    client.destroy();
    expect(await page.look('reason=negative&error=')).toMatchObject({ total: 2, matched: 1, jobs: [{ id }] });
    const filter = { reason: 'negative', error: '' };
    const { body } = await page.post<Question>('/api/confirmations', { action: 'delete', filter });
    expect(body).toMatchObject({ count: 1 });
    expect(await page.change({ action: 'delete', filter })).toMatchObject({ state: 'done', done: 1 });
    expect(await page.look()).toMatchObject({ jobs: [{ id: other }] });
  });

  it('what was sent and could not be noted is answered with why', async ({ on, page }) => {
    inStore(on, `CREATE TRIGGER full BEFORE INSERT ON plusone_note BEGIN SELECT raise(ABORT, 'there is no room'); END`);
    const sent: Answered<{ id: string }> = await page.post('/api/send', { type: 'add-one', input: '41' });
    expect(sent).toMatchObject({
      status: 202,
      body: { unnoted: expect.stringMatching(/^no note of this was kept: .*there is no room/) as string },
    });
    expect(await on.pair.result(sent.body.id)).toBe(42);
  });
});
