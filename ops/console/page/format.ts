/** Numbers and times as the page writes them. */

const NUMBER = new Intl.NumberFormat('en');

export const count = (value: number): string => NUMBER.format(value);

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

const two = (value: number): string => String(value).padStart(2, '0');

/** By the reader's clock: the hour today, with the day before that. */
export function clock(at: number | string, now = Date.now()): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time.slice(0, 5)}`;
}

const SPANS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

export function ago(at: number | string, now = Date.now()): string {
  const seconds = Math.round((now - new Date(at).getTime()) / 1_000);
  if (Number.isNaN(seconds)) return '';
  const span = SPANS.find(([size]) => seconds >= size);
  if (span) return `${Math.floor(seconds / span[0])} ${span[1]} ago`;
  return seconds < 5 ? 'just now' : `${seconds} s ago`;
}

/** The end of a UUID of version 7 is what differs between jobs of one minute. */
export const shortId = (id: string): string => (id.length > 16 ? `…${id.slice(-8)}` : id);

export const bytes = (text: string): string => {
  const size = new TextEncoder().encode(text).length;
  return size < 1_024 ? plural(size, 'byte') : `${(size / 1_024).toFixed(1)} KiB`;
};
