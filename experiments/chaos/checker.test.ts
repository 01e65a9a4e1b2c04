import { check } from './checker';
import { type DeadLetterFound, type History, type Publish } from './history';
import { failuresOf } from './conclusion';
import { jobOf } from './jobs';
import { makePlan } from './plan';

const publish = (number: number, knowledge: Publish['knowledge'], keyed = false): Publish => ({
  ...{ number, keyed, knowledge, askedAt: 0, answeredAt: 0 },
  ...(knowledge === 'ok' ? { answer: '202', job: `job${number}` } : { answer: '503' }),
});
const effect = (number: number, type = jobOf(number).type) => ({ job: `job${number}`, type, number, at: 0 });
const done = (number: number, type?: string) => ({
  ...({ id: `job${number}`, state: 'done', attempts: 0, updatedAt: 1 } as const),
  ...{ ...jobOf(number, type), result: jobOf(number, type).input },
});
const failed = (id: string) =>
  ({ id, type: 'count', state: 'failed', attempts: 5, updatedAt: 1, reason: 'attempts' }) as const;
const run = (number: number) => ({ kind: 'run', job: `job${number}`, number, pid: 1 }) as const;
const letter = (number: number, reason = 'attempts', type?: string): DeadLetterFound => ({
  ...{ body: JSON.stringify({ id: `job${number}`, input: jobOf(number, type).input }), reason, job: `job${number}` },
});

/** Three jobs, one of them poison, one asked for twice, and a message that is no job. */
const CLEAN: History = {
  publishes: [publish(1, 'ok'), publish(2, 'unknown', true), publish(2, 'ok', true), publish(-3, 'ok')],
  malformed: ['no job 1'],
  impostors: [],
  journal: [run(1), run(2), run(2), run(-3)],
  ledger: [effect(1), effect(2)],
  records: [done(1), done(2), failed('job-3'), failed('message')],
  deadLetters: [letter(-3), { body: 'no job 1', reason: 'malformed', job: 'message' }],
  fired: {},
};

const faultless = {
  ...{ lost: [], phantom: [], doubled: [], healthyDead: [], overtaken: [], disagreements: [] },
};

/** A history that differs from the clean one in what is given. */
const withMore = (more: Partial<History>): History => ({
  ...CLEAN,
  ...Object.fromEntries(
    Object.entries(more).map(([name, items]) => [
      name,
      [...(CLEAN[name as 'ledger'] as unknown[]), ...(items as unknown[])],
    ]),
  ),
});

describe('a history', () => {
  it('that is clean passes, and is counted', () => {
    expect(check(CLEAN)).toMatchObject({
      ...faultless,
      published: { ok: 3, failed: 0, unknown: 0 },
      effects: { 1: 2 },
      runs: { 1: 1, 2: 1 },
      deadLetters: { attempts: 1, malformed: 1 },
    });
  });

  it('with a loss', () => {
    expect(check(withMore({ publishes: [publish(4, 'ok')] }))).toMatchObject({ ...faultless, lost: ['job 4'] });
  });

  it('with poison that is neither here nor there', () => {
    expect(check(withMore({ publishes: [publish(-4, 'ok')] })).lost).toEqual(['job -4']);
  });

  it('with a malformed message that went', () => {
    expect(check(withMore({ malformed: ['no job 2'] })).lost).toEqual(['malformed "no job 2"']);
  });

  it.each([
    ['under one id', effect(1)],
    ['under two ids', { ...effect(1), job: 'another' }],
  ])('with two effects of one wish, %s', (_case, line) => {
    const verdict = check(withMore({ ledger: [line] }));
    expect(verdict).toMatchObject({ lost: [], phantom: [], doubled: ['job 1: 2'], effects: { 1: 1, 2: 1 } });
  });

  it('with an effect of what nobody asked for', () => {
    const verdict = check(withMore({ ledger: [effect(9)], records: [done(9)] }));
    expect(verdict).toMatchObject({ ...faultless, phantom: ['job 9'] });
  });

  it('with an effect of what failed for certain', () => {
    const verdict = check(withMore({ publishes: [publish(5, 'failed')], ledger: [effect(5)], records: [done(5)] }));
    expect(verdict).toMatchObject({ ...faultless, phantom: ['job 5'] });
  });

  it('with an effect of poison', () => {
    expect(check(withMore({ ledger: [effect(-3)] })).phantom).toEqual(['job -3']);
  });

  it('with a dead letter of a job that nothing ails', () => {
    const more = { publishes: [publish(6, 'ok')], deadLetters: [letter(6, 'unsettled')], records: [failed('job6')] };
    expect(check(withMore(more))).toMatchObject({ ...faultless, healthyDead: ['job 6: unsettled'] });
  });

  it('with a dead letter of a job that nothing ails and whose number is 0', () => {
    expect(check(withMore({ deadLetters: [letter(0)] })).healthyDead).toEqual(['job 0: attempts']);
  });

  it('in which what is unknown took effect, or did not', () => {
    const taken = withMore({ publishes: [publish(7, 'unknown')], ledger: [effect(7)], records: [done(7)] });
    expect(check(taken)).toMatchObject({ ...faultless, published: { ok: 3, unknown: 1 }, recovered: 1 });
    const not = withMore({ publishes: [publish(7, 'unknown')] });
    expect(check(not)).toMatchObject({ ...faultless, published: { ok: 3, unknown: 1 }, recovered: 0 });
  });

  it('with a message of another type under the id of a job, one of which conflicts', () => {
    const sent = { impostors: [1] };
    expect(check({ ...withMore({ deadLetters: [letter(1, 'conflict', 'count')] }), ...sent })).toMatchObject(faultless);
    const won = { ledger: [effect(1, 'count')], records: [done(1, 'count')], deadLetters: [letter(1, 'conflict')] };
    expect(check({ ...CLEAN, publishes: [publish(1, 'ok')], malformed: [], ...won, ...sent })).toMatchObject(faultless);
  });

  it('with such a message that took effect as well, or that went', () => {
    const both = check({ ...withMore({ ledger: [effect(1, 'count')] }), impostors: [1] });
    expect(both).toMatchObject({ doubled: ['job 1: 2'], lost: ['impostor of job 1'] });
    expect(check(withMore({ deadLetters: [letter(1, 'conflict')] })).healthyDead).toEqual(['job 1: conflict']);
  });

  it.each<[string, Partial<History>]>([
    ['job8 is done without an effect', { records: [done(8)] }],
    ['job2 is recorded as', { ledger: [], records: [{ ...done(2), type: 'count' }] }],
    ['job8 has an effect and is not done', { publishes: [publish(8, 'ok')], ledger: [effect(8)] }],
    ['job8 has failed and is no dead letter', { records: [failed('job8')] }],
    ['job-3 (order) failed after 5 attempts', { records: [{ ...failed('job-3'), type: 'order' }] }],
    ['job8 is left failing', { records: [{ ...failed('job8'), state: 'failing' }] }],
    [
      'job8 is left claimed',
      {
        publishes: [publish(8, 'ok')],
        records: [{ ...failed('job8'), state: 'claimed' }],
        deadLetters: [letter(-8)].map((one) => ({ ...one, job: undefined })),
      },
    ],
    ['job8 is a dead letter', { deadLetters: [letter(-8)].map((one) => ({ ...one, job: 'job8' })) }],
  ])('whose stores disagree: %s', (sentence, more) => {
    expect(check(withMore(more)).disagreements).toEqual([expect.stringContaining(sentence)]);
  });

  it('counts duplicates that were absorbed', () => {
    const journal = [
      { kind: 'settled', job: 'job1', action: 'delete', run: false },
      { kind: 'settled', job: 'job1', action: 'delete', run: true },
      { kind: 'once', job: 'job2', outcome: 'repeat', pid: 1 },
      { kind: 'once', job: 'job2', outcome: 'recorded', pid: 1 },
    ] as const;
    expect(check(withMore({ journal })).absorbed).toEqual({ deleted: 1, repeats: 1 });
  });
});

describe('a group', () => {
  const inGroup = (number: number, askedAt: number, more: Partial<Publish> = {}): Publish => ({
    ...{ ...publish(number, 'ok'), group: 'a', askedAt, answeredAt: askedAt + 10, ...more },
  });
  const overtakenIn = (publishes: Publish[], recorded: number[], more: Partial<History> = {}): readonly string[] =>
    check({ ...CLEAN, deadLetters: [], ...more, publishes, ledger: recorded.map((number) => effect(number)) })
      .overtaken;

  it.each<[string, Publish[], number[]]>([
    ['recorded in the order asked for', [inGroup(1, 0), inGroup(2, 20), inGroup(3, 40)], [1, 2, 3]],
    ['asked for at once', [inGroup(1, 0), inGroup(2, 5)], [2, 1]],
    ['of another group', [inGroup(1, 0), inGroup(2, 20, { group: 'b' })], [2, 1]],
    ['of no group', [inGroup(1, 0, { group: undefined }), inGroup(2, 20, { group: undefined })], [2, 1]],
    ['answered by anything but 202', [inGroup(1, 0, { knowledge: 'unknown' }), inGroup(2, 20)], [2, 1]],
    [
      'asked for twice, before and after',
      [inGroup(1, 0), inGroup(2, 5, { knowledge: 'unknown' }), inGroup(2, 20)],
      [2, 1],
    ],
    ['without an effect', [inGroup(1, 0), inGroup(2, 20), inGroup(3, 40)], [2, 3]],
    ['recorded twice', [inGroup(1, 0), inGroup(2, 20)], [1, 2, 1]],
  ])('is in order with a job %s', (_case, publishes, recorded) => {
    expect(overtakenIn(publishes, recorded)).toEqual([]);
  });

  it('is out of order where a job overtook one that was taken before it was asked for', () => {
    const publishes = [inGroup(1, 0), inGroup(2, 20), inGroup(3, 40), inGroup(4, 60)];
    expect(overtakenIn(publishes, [1, 3, 2, 4])).toEqual(['job 2 of group a: by job 3']);
    const unknown = [inGroup(1, 0), inGroup(2, 20, { knowledge: 'unknown' })];
    expect(overtakenIn(unknown, [2, 1])).toEqual(['job 1 of group a: by job 2']);
  });

  it('loses its order to a dead letter, which may be done late', () => {
    const publishes = [inGroup(1, 0), inGroup(2, 20)];
    expect(overtakenIn(publishes, [2, 1], { deadLetters: [letter(1)] })).toEqual([]);
    expect(overtakenIn(publishes, [2, 1], { deadLetters: [letter(2)] })).toEqual([]);
  });
});

describe('the conclusion', () => {
  const plan = makePlan({ seed: 1, jobs: 100, nemeses: ['kill'], remoteStore: false, fifo: false });
  const facts = (history: History, fired: History['fired'] = { kill: 1 }) => ({
    ...{ verdict: check(history), history: { fired }, plan, rested: true, faults: [] },
  });
  const doubled = withMore({ ledger: [effect(1)] });

  it('is clean, or says what is not', () => {
    expect(failuresOf(facts(CLEAN), false)).toEqual([]);
    expect(failuresOf(facts(doubled), false)).toEqual(['1 with more than one effect: job 1: 2']);
    expect(failuresOf({ ...facts(CLEAN), rested: false }, false)).toHaveLength(1);
  });

  it('names what was overtaken', () => {
    const verdict = { ...check(CLEAN), overtaken: ['job 1 of group a: by job 2'] };
    expect(failuresOf({ ...facts(CLEAN), verdict }, false)).toEqual(['1 overtaken: job 1 of group a: by job 2']);
  });

  it('asks that every nemesis fired', () => {
    expect(failuresOf(facts(CLEAN, {}), false)).toEqual(['kill fired 0 times, not 1']);
  });

  it('asks for doubles when `once` is switched off', () => {
    expect(failuresOf(facts(CLEAN), true)).toHaveLength(1);
    expect(failuresOf(facts(doubled), true)).toEqual([]);
  });
});
