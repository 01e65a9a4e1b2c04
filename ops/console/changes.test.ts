import { type Answered, type Question, TestConsole, withConsoles } from '../../test/harness/console';
import { eventually } from '../../test/harness/eventually';
import { JobsCommands } from '../../test/harness/jobs-commands';

const audit = async (page: TestConsole): Promise<readonly Record<string, unknown>[]> =>
  (await page.get<Record<string, unknown>[]>('/api/audit')).body;

const it = withConsoles();

it('a letter that is held is left out until it is named or released, and says who did it', async ({ on, page }) => {
  const [kept = '', ...others] = await on.fail(3, 'a');
  await page.look();
  expect(await page.change({ action: 'hold', ids: [kept], note: 'ask Ada' })).toMatchObject({
    state: 'done',
    sentence: '1 of 1 held',
  });
  const held = { who: expect.stringContaining('@') as string, note: 'ask Ada' };
  expect(await page.looked('held=true')).toMatchObject({ matched: 1, jobs: [{ id: kept, held }] });
  expect(await page.looked('held=false')).toMatchObject({ matched: 2 });
  expect((await page.get(`/api/jobs/${kept}`)).body).toMatchObject({ held });
  const { body: question } = await page.post<Question>('/api/confirmations', { action: 'delete', filter: {} });
  expect(question).toMatchObject({
    count: 2,
    sentence: expect.stringMatching(/ 1 held one is left out\.$/) as string,
  });
  expect(await page.post('/api/confirmations', { action: 'delete', filter: { typ: 'add-one' } })).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '/typ', detail: expect.stringContaining('reason, type') as string }] },
  });
  expect(await page.change({ action: 'delete', filter: {} })).toMatchObject({ done: 2 });
  expect(await page.post('/api/confirmations', { action: 'purge' })).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('1 held one is left out') as string },
  });
  // Another look has it from the store.
  expect(await page.look()).toMatchObject({ total: 1, jobs: [{ id: kept, held }] });
  expect(await page.change({ action: 'release', filter: {} })).toMatchObject({ sentence: '1 of 1 released' });
  expect((await page.looked()).jobs[0]).not.toHaveProperty('held');
  await page.change({ action: 'hold', ids: [kept] });
  on.broken = false;
  expect(await page.change({ action: 'retry', ids: [kept] })).toMatchObject({ state: 'done', done: 1 });
  await on.pair.result(kept);
  expect((await audit(page)).map(({ what, count }) => ({ what, count }))).toEqual([
    { what: 'retry', count: 1 },
    { what: 'hold', count: 1 },
    { what: 'release', count: 1 },
    { what: 'delete', count: 2 },
    { what: 'hold', count: 1 },
  ]);
  expect(await page.get(`/api/jobs/${others[0] ?? ''}`)).toMatchObject({
    body: {
      record: { reason: 'deleted' },
      history: expect.arrayContaining([
        { at: expect.any(String) as string, what: expect.stringMatching(/^delete by /) as string },
      ]) as unknown,
    },
  });
});

it('an input is edited as text: the new job runs in the place of the old, and both are named', async ({ on, page }) => {
  const [id = ''] = await on.fail(1, 'a');
  await page.look();
  expect(await page.post(`/api/jobs/${id}/edit`, { input: '"text"' })).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '/input', detail: expect.stringMatching(/^must be a JSON number/) as string }] },
  });
  expect(await page.post(`/api/jobs/${id}/edit`, { input: '9007199254740993' })).toMatchObject({ status: 400 });
  expect(await page.post(`/api/jobs/${id}/edit`, { input: '{' })).toMatchObject({ status: 400 });
  expect(await page.post(`/api/jobs/${id}/edit`, { input: 4 })).toMatchObject({ status: 400 });
  expect(await page.post(`/api/jobs/${id}/edit`, { input: '-1' })).toMatchObject({ status: 409 });
  expect(await on.dead()).toBe(1);
  const edited: Answered<{ id: string }> = await page.post(`/api/jobs/${id}/edit`, { input: ' 41 ' });
  expect(edited).toMatchObject({ status: 202, body: { replaces: id } });
  expect(await on.pair.result(edited.body.id)).toBe(42);
  expect(await page.looked()).toMatchObject({ total: 0 });
  expect(await page.look()).toMatchObject({ total: 0 });
  expect(await audit(page)).toMatchObject([{ what: 'edit', job: edited.body.id, replaces: id }]);
});

it('a job is sent by its type, and its faults are said before anything is sent', async ({ on, page }) => {
  const send = (body: object) => page.post<{ id: string }>('/api/send', body);
  expect(await send({ type: 'none', input: '1' })).toMatchObject({ status: 400 });
  expect(await send({ type: 'add-one', input: 'x' })).toMatchObject({ status: 400 });
  expect(await send({ type: 'add-one', input: '1', group: 'no blanks' })).toMatchObject({ status: 400 });
  expect(await send({ type: 'add-one', input: '1', delaySeconds: 901 })).toMatchObject({ status: 400 });
  expect(await send({ type: 'add-one', input: '1', delaySeconds: 1 })).toMatchObject({ status: on.fifo ? 400 : 202 });
  const { status, body } = await send({ type: 'add-one', input: '41', group: 'a' });
  expect(status).toBe(202);
  expect(await on.pair.result(body.id)).toBe(42);
  await eventually(async () => {
    expect((await page.get(`/api/jobs/${body.id}`)).body).toMatchObject({ record: { state: 'done', result: 42 } });
  });
  expect((await audit(page))[0]).toMatchObject({ what: 'send', type: 'add-one', ids: [body.id] });
});

test('consumers are paused and resumed, and every page says by whom', async () => {
  const [on, page] = await TestConsole.onPair(false);
  try {
    expect((await page.get('/api/overview')).body).toMatchObject({ paused: null });
    expect(await page.post('/api/pause', { why: 'a bad deployment' })).toMatchObject({ status: 200 });
    expect((await page.get('/api/overview')).body).toMatchObject({
      paused: {
        who: expect.stringContaining('@') as string,
        why: 'a bad deployment',
        at: expect.any(String) as string,
      },
    });
    expect(await page.post('/api/resume')).toMatchObject({ status: 200 });
    expect((await page.get('/api/overview')).body).toMatchObject({ paused: null });
    expect((await audit(page)).map(({ what }) => what)).toEqual(['resume', 'pause']);
    const lambda = await TestConsole.start({ ...on.variables, AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:1' });
    expect(await lambda.post('/api/pause')).toMatchObject({ status: 200 });
    expect((await lambda.get('/api/overview')).body).toMatchObject({
      paused: { but: expect.stringMatching(/^functions go on if there are any: .*ECONNREFUSED/) as string },
    });
    await lambda.close();
    const alone = await TestConsole.start({ ...on.variables, RESULTS: 'none' });
    expect(await alone.post('/api/pause')).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/^RESULTS is none/) as string },
    });
    await alone.close();
  } finally {
    await page.close();
    await on.close();
  }
});

test('what is masked never leaves the server, and cannot be searched for or sent back', async () => {
  const on = await JobsCommands.start(false);
  const [id = ''] = await on.fail(1);
  const masked = await TestConsole.start(on.variables, { masked: ['input'] });
  try {
    expect(await masked.look()).toMatchObject({ total: 1 });
    const { body } = await masked.get(`/api/jobs/${id}`);
    expect(body).toMatchObject({
      record: { input: '***' },
      letter: { body: JSON.stringify({ id, input: '***' }), input: '"***"' },
    });
    expect(await masked.looked('text=%22input%22%3A-1')).toMatchObject({ matched: 0 });
    expect((await masked.get('/api/find?q=%22input%22%3A-1')).body).toEqual({ jobs: [] });
    expect(await masked.post(`/api/jobs/${id}/edit`, { input: '{"name":"***"}' })).toMatchObject({ status: 409 });
    expect(await on.dead()).toBe(1);
    on.broken = false;
    expect(await masked.change({ action: 'retry', ids: [id] })).toMatchObject({ state: 'done' });
    // The letter itself is whole.
    expect(await on.pair.result(id)).toBe(0);
  } finally {
    await masked.close();
    await on.close();
  }
});
