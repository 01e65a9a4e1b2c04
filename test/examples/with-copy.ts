import { StartPlace } from '../harness/start-place';
import { Tree } from '../harness/tree';

interface Copy {
  readonly tree: Tree;
  readonly place: StartPlace;
}

/** A copy of this repository and a place to start it in, for the tests of one file. */
export function withCopy(): () => Copy {
  let copy: Copy;
  beforeAll(async () => {
    copy = { tree: await Tree.copy(), place: await StartPlace.make() };
  });
  afterAll(async () => {
    // What still runs in the copy uses the place.
    await copy.tree.remove();
    await copy.place.remove();
  });
  return () => copy;
}
