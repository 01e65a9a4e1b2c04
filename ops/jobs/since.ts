const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Date.parse takes `10` for October 2001. */
const DATE = /^\d{4}-\d{2}/;

/** `90m` for that long ago, or a date; milliseconds since the epoch, NaN for anything else. */
export function parseSince(text: string): number {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count === undefined) return DATE.test(text) ? Date.parse(text) : NaN;
  return Date.now() - Number(count) * (UNITS[unit] ?? 0) * 1_000;
}
