import { createJimp } from '@jimp/core';
import jpeg from '@jimp/js-jpeg';
import png from '@jimp/js-png';
import { methods as resize } from '@jimp/plugin-resize';
import { Injectable } from '@nestjs/common';
import { type Work, type WorkContext, type WorkJob } from '../../jobs/work';
import { type Effect } from '../../results/records';
import { Rejection } from '../../transport/index';
import { type File, type RESIZE, type Resized, type Size } from './definition';
import { Storage } from './storage';

const Jimp = createJimp({ formats: [jpeg, png], plugins: [resize] });
type Image = InstanceType<typeof Jimp>;

/** Limits the file: decoded, a picture takes many times this. */
const SOURCE_LIMIT_BYTES = 10 * 1024 * 1024;

const QUALITY = 85;

/** The first bytes of a PNG file. */
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

@Injectable()
export class Resize implements Work<typeof RESIZE> {
  constructor(private readonly storage: Storage) {}

  /**
   * Files are an effect outside the record's transaction. Their names follow from the job, so a second run of it writes
   * the same files again.
   */
  async run({ id, input }: WorkJob<typeof RESIZE>, { signal }: WorkContext): Promise<Effect<Resized>> {
    const image = await this.open(input.source);
    const files: File[] = [];
    for (const size of input.sizes) {
      signal.throwIfAborted();
      const { bytes, width, height } = await copyOf(image, size, input.options?.quality ?? QUALITY);
      const key = `resized/${id}/${width}x${height}.${size.format}`;
      await this.storage.write(key, bytes);
      files.push({ key, width, height, bytes: bytes.length });
    }
    return { result: { files } };
  }

  private async open(source: string): Promise<Image> {
    const bytes = await this.storage.read(source, SOURCE_LIMIT_BYTES);
    if (!bytes) throw new Rejection('no-source', `There is no picture ${source}.`);
    try {
      return new Jimp(bytes.subarray(0, PNG.length).equals(PNG) ? png().decode(bytes) : jpeg().decode(bytes));
    } catch (error) {
      throw new Rejection('no-picture', `${source} is no PNG or JPEG picture.`, { cause: error });
    }
  }
}

interface Copy {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

async function copyOf(image: Image, { width: w, height: h, format }: Size, quality: number): Promise<Copy> {
  const copy = image.clone();
  copy.resize(h === undefined ? { w } : { w, h });
  const bytes = await (format === 'png' ? copy.getBuffer('image/png') : copy.getBuffer('image/jpeg', { quality }));
  return { bytes, width: copy.width, height: copy.height };
}
