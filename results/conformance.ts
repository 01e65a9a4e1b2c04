import { begins, endedNotes, notedFails, takeBacks, terminalBegins } from './conformance/begin-and-take-back';
import { accepts, claims, freshClaims } from './conformance/claim-and-accept';
import { doubles, mixedDoubles } from './conformance/doubles';
import { effects, impossibleResults, refusedEffects } from './conformance/effects';
import { failJobs, failRuns, failures, publicErrors } from './conformance/failures';
import { durations, groups, leases, ownedLeases, takeovers } from './conformance/leases';
import { retries } from './conformance/retries';
import { listings, listPages, lists } from './conformance/lists';
import { noteChanges, noteEnds, noteReads, noteWrites } from './conformance/notes';
import { onces, payloads, values } from './conformance/once';
import type { Store, StoreUnderTest } from './conformance/store-under-test';
import { closes, durability, expires, reads } from './conformance/upkeep';

const SUITES: readonly (readonly [string, (store: Store) => void])[] = [
  ['claim', claims],
  ['a fresh claim', freshClaims],
  ['accept', accepts],
  ['once', onces],
  ['payloads of once', payloads],
  ['values', values],
  ['effects', effects],
  ['refused effects', refusedEffects],
  ['impossible results', impossibleResults],
  ['leases', leases],
  ['leases and their owners', ownedLeases],
  ['leases that ended', takeovers],
  ['how long a lease lasts', durations],
  ['groups of a claim', groups],
  ['fail a run', failRuns],
  ['fail a job', failJobs],
  ['what has failed', failures],
  ['errors for callers', publicErrors],
  ['dead letters that were sent again', retries],
  ['begin', begins],
  ['begin after the end', terminalBegins],
  ['notes of what has ended', endedNotes],
  ['take back', takeBacks],
  ['failed runs that were noted', notedFails],
  ['reads', reads],
  ['lists', lists],
  ['lists in pages', listPages],
  ['what can be listed', listings],
  ['notes', noteWrites],
  ['changes of notes', noteChanges],
  ['reads of notes', noteReads],
  ['how notes end', noteEnds],
  ['doubles at once', doubles],
  ['different calls at once', mixedDoubles],
  ['durability', durability],
  ['expire', expires],
  ['close', closes],
];

/** The suite that every store passes. */
export function recordsConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`records in ${name}`, () => {
    let store: StoreUnderTest;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.destroy());

    describe.each(SUITES)('%s', (_, suite) => {
      suite(() => store);
    });
  });
}
