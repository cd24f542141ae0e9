// What this machine lacks for some tests (Redis, a browser). Such a part announces itself by name,
// the summary repeats it, and YUANXIN_REQUIRE_ALL=1 turns it into a failure.

const missing = new Set<string>();

export function announceMissing(name: string): void {
  missing.add(name);
}

/** A failure when everything was asked for. */
export function requireAll(): void {
  if (process.env['YUANXIN_REQUIRE_ALL'] !== '1' || missing.size === 0) return;
  throw new Error(`YUANXIN_REQUIRE_ALL=1, but not on this machine: ${[...missing].join(', ')}`);
}

export function missingSummary(): string | undefined {
  if (missing.size === 0) return undefined;
  return `Not tested, for it is not on this machine: ${[...missing].join(', ')}`;
}
