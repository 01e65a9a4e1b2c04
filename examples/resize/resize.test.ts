import { createJimp } from '@jimp/core';
import jpeg from '@jimp/js-jpeg';
import png from '@jimp/js-png';
import { workOf } from '../../jobs/work';
import { type Pair, startPair } from '../../testing/pair';
import { RESIZE } from './definition';
import { Storage } from './storage';
import { Resize } from './work';

const Jimp = createJimp({ formats: [png] });

/** Keeps pictures in memory. */
class MemoryStorage extends Storage {
  readonly pictures = new Map<string, Buffer>();

  override read(key: string): Promise<Buffer | undefined> {
    return Promise.resolve(this.pictures.get(key));
  }

  override write(key: string, bytes: Buffer): Promise<void> {
    this.pictures.set(key, bytes);
    return Promise.resolve();
  }
}

const storage = new MemoryStorage();
let pair: Pair;
beforeAll(async () => {
  const cat = new Jimp({ width: 80, height: 60, color: 0xcc8844ff });
  storage.pictures.set('photos/cat.png', await cat.getBuffer('image/png'));
  storage.pictures.set('photos/notes.png', Buffer.from('not a picture'));
  pair = await startPair({
    works: [workOf(RESIZE, Resize, { providers: [Storage] })],
    fakes: [{ provide: Storage, useValue: storage }],
  });
});
afterAll(() => pair.close());

it('makes each size that was asked for', async () => {
  const id = await pair.send(RESIZE, {
    source: 'photos/cat.png',
    sizes: [
      { width: 40, format: 'png' },
      { width: 16, height: 16, format: 'jpeg' },
    ],
    options: { quality: 70 },
  });
  const { files } = await pair.result(id);
  expect(files).toEqual([
    { key: `resized/${id}/40x30.png`, width: 40, height: 30, bytes: expect.any(Number) },
    { key: `resized/${id}/16x16.jpeg`, width: 16, height: 16, bytes: expect.any(Number) },
  ]);
  for (const { key, width, height, bytes } of files) {
    const made = storage.pictures.get(key) ?? Buffer.alloc(0);
    expect(made).toHaveLength(bytes);
    expect(key.endsWith('.png') ? png().decode(made) : jpeg().decode(made)).toMatchObject({ width, height });
  }
});

it.each([
  ['no-source', 'photos/dog.png'],
  ['no-picture', 'photos/notes.png'],
])('dead-letters at once, as %s, what will never be a picture', async (reason, source) => {
  const id = await pair.send(RESIZE, { source, sizes: [{ width: 8, format: 'png' }] });
  expect(await pair.settled(id)).toMatchObject({ state: 'failed', reason, attempts: 0 });
  expect(await pair.deadLetters()).toContainEqual(expect.objectContaining({ jobId: id, reason }));
});

it.each([
  ['/input/sizes/1/width', { source: 'a.png', sizes: [{ width: 1, format: 'png' }, { format: 'png' }] }],
  ['/input/sizes', { source: 'a.png', sizes: [] }],
  ['/input/source', { source: '../../etc/passwd', sizes: [{ width: 1, format: 'png' }] }],
  ['/input/options/quality', { source: 'a.png', sizes: [{ width: 1, format: 'png' }], options: { quality: 101 } }],
])('refuses a picture whose %s is wrong before it is queued', async (pointer, wrong) => {
  await expect(pair.send(RESIZE, wrong as never)).rejects.toThrow(`"pointer":"${pointer}"`);
});
