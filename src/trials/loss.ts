import { performance } from 'node:perf_hooks';

/**
 * Whether a way to run programs on terminals loses what they print last: short runs that print and end, slow readers, and a crowd that keeps its reader busy
 * for seconds. It is shown what it is told by an adapter, so that one over a lossy API turns it red.
 */

/** How a run ended: exactly one of the two is a number. */
export type Ending = { readonly code: number | null; readonly signal: number | null };

/** One program on a terminal. `drained` resolves when all of its output was told of. */
type LossRun = {
  readonly pause: () => void;
  readonly resume: () => void;
  readonly exited: Promise<Ending>;
  readonly drained: Promise<void>;
};

/** Runs a line of shell; `onOutput` hears how many bytes came. */
export type OpenRun = (line: string, onOutput: (bytes: number) => void) => LossRun;

/** How many runs of each kind: 20 kB and exit; 200 kB and exit; 3 kB with a reader that pauses 400 ms, and exit; 20 kB and exit all at once. */
export type LossSize = { readonly brief: number; readonly long: number; readonly paused: number; readonly crowd: number };

/** What was seen. `late` are the times from the last byte to `drained`, ms, in order; `lateInCrowd` those of the crowd, which waits for its turns. */
type LossReport = {
  readonly runs: number;
  readonly lostBytes: number;
  readonly wrongEnds: number;
  readonly late: number[];
  readonly lateInCrowd: number[];
};

/** The size that the issue of the sessions asks for. */
export const FULL: LossSize = { brief: 300, long: 100, paused: 20, crowd: 300 };

const AT_ONCE = 5;
const PAUSE_MS = 400;
const WORK_MS = 1;

/** Ends that are told apart: codes, and signals. */
function endOf(index: number): { line: string; end: Ending } {
  if (index % 10 === 9) return { line: 'kill -9 $$', end: { code: null, signal: 9 } };
  const code = index % 7;
  return { line: `exit ${code}`, end: { code, signal: null } };
}

/** Runs all, and counts. */
export async function lossProof(open: OpenRun, size: LossSize): Promise<LossReport> {
  const late: number[] = [];
  const lateInCrowd: number[] = [];
  let runs = 0;
  let lostBytes = 0;
  let wrongEnds = 0;
  const one = async (bytes: number, { pauseMs = 0, workMs = 0 } = {}) => {
    const { line, end } = endOf(runs);
    runs++;
    let heard = 0;
    let lastAt = 0;
    const run = open(`head -c ${bytes} /dev/zero | tr '\\0' x; ${line}`, (count) => {
      heard += count;
      for (const over = performance.now() + workMs; performance.now() < over; );
      lastAt = performance.now();
    });
    if (pauseMs > 0) {
      run.pause();
      setTimeout(run.resume, pauseMs);
    }
    const exited = await run.exited;
    await run.drained;
    if (heard > 0) (workMs > 0 ? lateInCrowd : late).push(performance.now() - lastAt);
    lostBytes += bytes - heard;
    if (exited.code !== end.code || exited.signal !== end.signal) wrongEnds++;
  };
  const many = async (count: number, atOnce: number, run: () => Promise<void>) => {
    for (let done = 0; done < count; done += atOnce)
      await Promise.all(Array.from({ length: Math.min(atOnce, count - done) }, run));
  };
  await many(size.brief, AT_ONCE, () => one(20_000));
  await many(size.long, AT_ONCE, () => one(200_000));
  await many(size.paused, AT_ONCE, () => one(3_000, { pauseMs: PAUSE_MS }));
  await many(size.crowd, size.crowd, () => one(20_000, { workMs: WORK_MS }));
  for (const times of [late, lateInCrowd]) times.sort((a, b) => a - b);
  return { runs, lostBytes, wrongEnds, late, lateInCrowd };
}

/** A line of text for people. */
export function tellLoss({ runs, lostBytes, wrongEnds, late, lateInCrowd }: LossReport): string {
  const at = (times: number[], share: number) => (times[Math.ceil(times.length * share) - 1] ?? Number.NaN).toFixed(0);
  const p = (times: number[]) => `p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms`;
  const times = `last byte to drained ${p(late)} (aim 100), in the crowd that keeps its host busy ${p(lateInCrowd)}`;
  return `${runs} agents that print and exit: ${lostBytes} bytes lost, ${wrongEnds} wrong ends; ${times}`;
}
