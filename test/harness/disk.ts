import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of 2 MB of a test file's own. */
export class Disk {
  readonly folder = mkdtempSync(join(tmpdir(), 'plusone-disk-'));

  /** Undefined where mounting is not allowed: only root may. */
  static mounted(): Disk | undefined {
    const disk = new Disk();
    try {
      disk.mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs');
      return disk;
    } catch {
      rmSync(disk.folder, { recursive: true });
      return undefined;
    }
  }

  mount(...options: string[]): void {
    execFileSync('/bin/mount', [...options, this.folder], { stdio: 'ignore' });
  }

  remove(): void {
    execFileSync('/bin/umount', [this.folder]);
    rmSync(this.folder, { recursive: true });
  }
}
