import { z } from 'zod';

/** The records of the refinery: merge requests, a rig's train, checks and what is known by them. Times are ms since 1970; their lives: merge.ts, train.ts. */
const time = z.number();
const sha = z.string();

/** Why an item came back. */
export const rework = z.looseObject({
  kind: z.enum(['conflict', 'checks', 'died']),
  /** Shown to the agent through $GT_EVIDENCE. */
  evidence: z.string(),
  /** The head that came back. */
  head: sha.optional(),
});

/** A merge request: one submitted head. */
export const merge = z.looseObject({
  id: z.string(),
  work: z.string(),
  /** Of the work item. */
  generation: z.number().default(1),
  run: z.string(),
  rig: z.string(),
  target: z.string(),
  branch: z.string(),
  head: sha,
  title: z.string(),
  author: z.string(),
  priority: z.number(),
  state: z.enum(['submitted', 'queued', 'checking', 'landing', 'merged', 'returned', 'superseded', 'cancelled']),
  submittedAt: time,
  /** The candidate under check, or being landed. */
  candidate: z.looseObject({ base: sha, tip: sha, tree: sha }).optional(),
  /** Runs of checks that this request has cost. */
  checks: z.number().default(0),
  unchecked: z.boolean().optional(),
  /** A person lands it without waiting for its checks: who, and why. */
  override: z.looseObject({ at: time, by: z.string(), reason: z.string() }).optional(),
  /** Base and checks on which it failed while the base itself fails: it is not tried there again. */
  held: z.string().optional(),
  /** How the target was moved: `swap` by the compare-and-swap, `contained` when the head was in it already. */
  landed: z.looseObject({ at: time, tip: sha, how: z.string() }).optional(),
  returned: rework.extend({ at: time }).optional(),
  /** What became of the landing at the repository the rig came from. */
  mirror: z.looseObject({ state: z.enum(['pushed', 'fast-forwarded', 'left']), why: z.string().optional() }).optional(),
});

/** A rig's merge train: which request it is at, and what holds it up. */
export const train = z.looseObject({
  id: z.string(),
  generation: z.number().default(1),
  current: z.string().optional(),
  /** The check it waits for: of the candidate, or of the base (before anyone is blamed). */
  check: z.string().optional(),
  blocked: z
    .looseObject({
      why: z.enum(['base_red', 'checks_broken']),
      at: time,
      base: sha,
      spec: z.string().optional(),
      note: z.string(),
    })
    .optional(),
  lastTip: sha.optional(),
  /** What a person landed untested: its checks are run on the target next, and nothing else lands before they have passed. */
  owed: z.looseObject({ tip: sha, merge: z.string(), at: time }).optional(),
  /** Requests that somebody wants landed now: before all others, and also while the refinery is off. */
  direct: z.array(z.string()).optional(),
});

/** One run of a rig's checks on one tree. */
export const check = z.looseObject({
  id: z.string(),
  rig: z.string(),
  tree: sha,
  commit: sha,
  /** Digest of the check commands: another specification is another verdict. */
  spec: z.string(),
  commands: z.array(z.looseObject({ name: z.string(), run: z.string(), timeoutMs: z.number() })),
  /** What it is for, in a person's words. */
  label: z.string(),
  state: z.enum(['planned', 'passed', 'failed', 'timed_out', 'error']),
  plannedAt: time,
  startedAt: time.optional(),
  endedAt: time.optional(),
  /** Which command failed, its exit code, where its log lies, the end of it. */
  failed: z.looseObject({ name: z.string(), code: z.number().nullable(), why: z.string().optional() }).optional(),
  log: z.string().optional(),
  tail: z.string().optional(),
});

/** What is known of a tree under one specification of checks. A pass is proof, a failure is evidence. */
export const verdict = z.looseObject({
  id: z.string(),
  rig: z.string(),
  passed: z.looseObject({ at: time, check: z.string() }).optional(),
  failures: z.array(z.string()).default([]),
  /** Infrastructure errors since the last real verdict. */
  errors: z.number().default(0),
  runs: z.number().default(0),
});
