const UNREADABLE_SECONDS = 60;

/** The seconds that a `Retry-After` asks for (RFC 9110, 10.2.3: seconds, or a date); a minute where it says nothing. */
export function secondsOf(header: string | null, now = Date.now()): number {
  if (header === null) return UNREADABLE_SECONDS;
  if (/^\d+$/.test(header)) return Number(header);
  const seconds = Math.ceil((Date.parse(header) - now) / 1_000);
  return Number.isNaN(seconds) ? UNREADABLE_SECONDS : Math.max(0, seconds);
}
