/**
 * The ids of the town. A record's id is `<prefix>-<hash>` (`gp-4kx`), its attempts are dotted children: runs `gp-4kx.r2`, their sessions
 * `gp-4kx.r2.s1`, merge requests `gp-4kx.m2` (of run 2: a run hands in at most one head). A job's id is `<record>@<generation>` for records that
 * live as long as the item (only reopening raises the generation: an id that ended is never used again), and the record's own id for attempts.
 * BullMQ refuses ids with `:` and of digits only, and its own key names collide with queues' keys; none of these forms can be one of those.
 */
const JOB_ID = /^(?!(?:waiting-children|stalled-check)$)(?:[A-Za-z][\w.-]*@\d+|[A-Za-z]\w*-\w+(?:[-.]\w+)*)$/;

/** `work/gp-4kx@1`: a job, named across queues; what the unseen set holds. */
export type Member = `${string}/${string}`;

/** Joins queue and job id. @throws when the id could collide with one of BullMQ's own names. */
export function member(queue: string, jobId: string): Member {
  if (!JOB_ID.test(jobId)) throw new Error(`${jobId} is no job id`);
  return `${queue}/${jobId}`;
}

/** Splits a member. */
export function parts(of: Member): { queue: string; jobId: string } {
  const slash = of.indexOf('/');
  return { queue: of.slice(0, slash), jobId: of.slice(slash + 1) };
}

/** The record that a job id is about. */
export const recordOf = (jobId: string): string => jobId.replace(/@\d+$/, '');

export const jobId = (record: string, generation: number): string => `${record}@${generation}`;
export const runId = (work: string, n: number): string => `${work}.r${n}`;
export const mergeId = (run: string): string => run.replace(/\.r(\d+)$/, '.m$1');
export const sessionId = (run: string, n: number): string => `${run}.s${n}`;
/** The key of what is known of a tree: another specification of checks is another verdict. */
export const verdictId = (of: { tree: string; spec: string }): string => `${of.tree}.${of.spec}`;
/** The run of a session, the item of a run or a merge request. */
export const parentOf = (id: string): string => id.slice(0, id.lastIndexOf('.'));

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** A short hash of `length` characters from random bytes (at least as many as characters). */
export function shortHash(random: Uint8Array, length: number): string {
  return Array.from(random.subarray(0, length), (byte) => LETTERS[byte % LETTERS.length]).join('');
}
