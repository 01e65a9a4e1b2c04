import { createJimp } from '@jimp/core';
import png from '@jimp/js-png';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../harness/processes';
import { withCopy } from './with-copy';

const Jimp = createJimp({ formats: [png] });

const copy = withCopy();

const inList = (name: string, line: string) => (text: string) =>
  text.replace(/\];\n$/, `, ${line}];\n`).replace(/\nimport/, `\n${name}\nimport`);

it('takes a job type by its folder and a line in each list', async () => {
  const { tree, place } = copy();
  await cp(join(ROOT, 'examples/resize'), join(tree.folder, 'jobs/resize'), { recursive: true });
  await tree.edit('jobs/definitions.ts', inList("import { RESIZE } from './resize/definition';", 'RESIZE'));
  const imports = [
    "{ RESIZE } from './resize/definition'",
    "{ Storage } from './resize/storage'",
    "{ Resize } from './resize/work'",
  ];
  const work = 'workOf(RESIZE, Resize, { providers: [Storage] })';
  await tree.edit('jobs/works.ts', inList(imports.map((each) => `import ${each};`).join('\n'), work));

  const pictures = join(place.dataDir, 'pictures');
  await mkdir(pictures);
  const cat = new Jimp({ width: 80, height: 60, color: 0xcc8844ff });
  await writeFile(join(pictures, 'cat.png'), await cat.getBuffer('image/png'));

  const start = tree.shell('npm start', { ...place.env, PICTURES_DIR: pictures });
  await start.line(/^Plusone runs\.$/, 120_000);
  const answer = await fetch(`${place.producer}/jobs/resize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: { source: 'cat.png', sizes: [{ width: 20, format: 'png' }] } }),
  });
  expect([answer.status, await answer.clone().text()]).toEqual([202, expect.anything()]);
  const { id } = (await answer.json()) as { id: string };
  const result = await fetch(`${place.producer}/results/${id}`, { headers: { prefer: 'wait=20' } });
  const key = `resized/${id}/20x15.png`;
  expect(await result.json()).toMatchObject({
    status: 'done',
    result: { files: [{ key, width: 20, height: 15 }] },
  });
  expect(png().decode(await readFile(join(pictures, key)))).toMatchObject({ width: 20, height: 15 });
  start.signalGroup('SIGTERM');
  expect(await start.exit(40_000)).toEqual({ code: 0, signal: null });
}, 240_000);
