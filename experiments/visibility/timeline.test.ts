import { findingsOf } from './findings';
import { QUICK, settingsOf, CONSUMERS } from './grid';
import { BOLD, widthOf } from '../rig/page/markup';
import { page } from './page';
import { picture } from './picture';
import { storyOf, type Story } from './story';
import { tally } from './tally';
import { barsOf, horizonOf, layOut, resultOf } from './timeline';

const setting = { workSeconds: 15, visibilitySeconds: 5, receiveLimit: 2 };
const TWICE: Story = {
  setting,
  runs: [
    { from: 0, to: 15 },
    { from: 5, to: 20 },
  ],
  payments: [15, 20],
  extensions: [],
  deadLettered: 10,
  gone: 10,
};
const ONCE: Story = {
  setting,
  runs: [{ from: 0, to: 15 }],
  payments: [15],
  extensions: [2.5, 5, 7.5, 10, 12.5],
  gone: 15.1,
};

test('times count from the first receive', () => {
  const entry = { cell: 'c', jobId: 'j' };
  const entries = [
    { ...entry, kind: 'run' as const, at: 1_000 },
    { ...entry, kind: 'extended' as const, at: 3_500 },
    { ...entry, kind: 'ended' as const, at: 16_000 },
  ];
  const story = storyOf({ setting, entries, payments: [16_040], deadLettered: undefined, gone: 16_100 });
  expect(story).toEqual({
    setting,
    runs: [{ from: 0, to: 15 }],
    payments: [15],
    extensions: [2.5],
    gone: 15.1,
  });
});

test('what is drawn of a transfer paid twice, and of one paid once', () => {
  expect(barsOf(TWICE).map(({ kind, from, to }) => [kind, from, to])).toEqual([
    ['hidden', 0, 5],
    ['run', 0, 15],
    ['hidden', 5, 10],
    ['run', 5, 20],
    ['dead', 10, 20],
  ]);
  expect(resultOf(TWICE)).toBe('Paid €200 of €100, and a dead letter.');
  expect(barsOf(ONCE).map(({ kind, from, to }) => [kind, from, to])).toEqual([
    ['hidden', 0, 15.1],
    ['run', 0, 15],
  ]);
  expect(resultOf(ONCE)).toBe('Paid €100 of €100.');
});

test.each([
  [350, TWICE],
  [540, TWICE],
  [350, ONCE],
  [
    350,
    {
      ...TWICE,
      runs: [
        { from: 0, to: 0.1 },
        { from: 19.9, to: 20 },
      ],
      gone: 20,
    },
  ],
])('within %d pixels nothing is clipped and nothing overlaps', (width, story) => {
  const timeline = layOut(barsOf(story), width, horizonOf(story));
  let below = 0;
  for (const bar of timeline.bars) {
    expect(bar.x + bar.width).toBeLessThanOrEqual(width);
    for (const { x, y, text } of bar.captions) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + widthOf(text, 14)).toBeLessThanOrEqual(width);
      expect(y).toBeGreaterThan(below);
      expect(y).toBeLessThan(bar.y);
    }
    const [left, right] = bar.inside;
    const end = (one: typeof left): number => (one ? one.x + widthOf(one.text, 14, BOLD) : 0);
    expect(Math.max(end(left), end(right))).toBeLessThanOrEqual(bar.x + bar.width);
    if (right) expect(right.x).toBeGreaterThan(end(left));
    below = bar.y;
  }
  expect(timeline.height).toBeGreaterThan(below);
});

describe('report and picture', () => {
  const seen = { ordered: ['a'], runs: ['a'], bookings: ['a'], deadLetters: [], moved: 100, left: 0 };
  const findings = findingsOf({
    broker: 'http://127.0.0.1:1/"><script>x</script>',
    node: 'v24',
    startedAt: '2026-11-23T00:00:00.000Z',
    seconds: 12,
    grid: QUICK,
    tallies: CONSUMERS.flatMap((consumer) => settingsOf(QUICK).map((one) => tally(consumer, one, seen))),
    stories: { tutorial: TWICE, plusone: ONCE },
  });

  test('the report holds its findings, and asks for nothing from elsewhere', () => {
    const html = page(findings);
    const data = /<script type="application\/json" id="findings">(.*)<\/script>/.exec(html)?.[1];
    expect(JSON.parse(data ?? '')).toEqual(findings);
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/(?:src|href)=|url\(|@import/);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('the picture is one SVG for light and dark', () => {
    const svg = picture(findings);
    expect(svg).toMatch(/^<svg xmlns/);
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});
