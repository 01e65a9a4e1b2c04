import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { processVariables } from '../../contract/environment';

/** Where pictures come from and go to: a folder here, in a team's own a bucket with the same two methods. */
@Injectable()
export class Storage {
  protected readonly folder: string = processVariables['PICTURES_DIR'] ?? '.data/pictures';

  /** Undefined if there is no such file. Rejects a file larger than `limitBytes` without reading it. */
  async read(key: string, limitBytes: number): Promise<Buffer | undefined> {
    const path = join(this.folder, key);
    try {
      const { size } = await stat(path);
      if (size > limitBytes) throw new RangeError(`${key} has ${size} bytes, more than ${limitBytes}`);
      return await readFile(path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Writes the whole file or nothing. The same key replaces the file. */
  async write(key: string, bytes: Buffer): Promise<void> {
    const path = join(this.folder, key);
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${randomUUID()}`;
    await writeFile(draft, bytes);
    await rename(draft, path);
  }
}
