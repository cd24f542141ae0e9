/**
 * How much memory PostgreSQL takes on Linux while something runs: private pages of all its
 * processes, and the shared ones once. Elsewhere there is no /proc, and the answer is unknown.
 */
import { readFileSync, readdirSync } from 'node:fs';

const everyMs = 250;

interface Sample {
  /** kB that belong to the process alone, and of the shared memory that it has touched. */
  readonly own: number;
  readonly shared: number;
  readonly parent: number;
}

function sampleOf(pid: string): Sample | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string): number =>
      parseInt(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? '0', 10);
    return { own: field('RssAnon'), shared: field('RssShmem'), parent: field('PPid') };
  } catch {
    // It ended between the listing and the reading.
    return undefined;
  }
}

/** Megabytes of the server and its backends now; undefined where /proc is not. */
function serverMegabytes(postmaster: number): number | undefined {
  let pids: string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
  const samples = pids.flatMap((pid) => {
    const sample = sampleOf(pid);
    const mine = sample && (sample.parent === postmaster || pid === String(postmaster));
    return mine ? [sample] : [];
  });
  const own = samples.reduce((sum, one) => sum + one.own, 0);
  return (own + Math.max(0, ...samples.map(({ shared }) => shared))) / 1024;
}

/** Watches until it is told to stop; answers the highest figure seen, null when none was. */
export function watchServer(postmaster: number): { stop(): number | null } {
  let peak: number | null = null;
  const look = (): void => {
    const now = serverMegabytes(postmaster);
    if (now !== undefined) peak = Math.max(peak ?? 0, now);
  };
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      clearInterval(timer);
      look();
      return peak === null ? null : Math.round(peak);
    },
  };
}
