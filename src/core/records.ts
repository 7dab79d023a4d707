import { z } from 'zod';
import { agent } from './agent-records.ts';
import { delivery, recipient } from './delivery-records.ts';
import { letter, message } from './mail-records.ts';
import { memory } from './memory-records.ts';
import { gate, molecule, proto, step } from './molecule-records.ts';
import { asked, session } from './session-records.ts';
import { dispatch, escalation, patrol, worker } from './town-records.ts';

/**
 * The records of the books. Fields that this version does not know are kept and written back (loose objects). Times are ms since 1970.
 * The prose of each life stands beside its decisions: work.ts, run.ts, merge.ts, train.ts, check.ts.
 */
const time = z.number();
const sha = z.string();

const rework = z.looseObject({
  kind: z.enum(['conflict', 'checks', 'died']),
  /** Shown to the agent through $GT_EVIDENCE. */
  evidence: z.string(),
  /** The head that came back. */
  head: sha.optional(),
});

/** A work item (a bead), from creation to closed. */
const work = z.looseObject({
  id: z.string(),
  generation: z.number().default(1),
  rig: z.string(),
  title: z.string(),
  type: z.string().default('task'),
  status: z.enum(['open', 'hooked', 'in_progress', 'blocked', 'deferred', 'pinned', 'closed']),
  priority: z.number().min(0).max(4),
  labels: z.array(z.string()).default([]),
  createdAt: time,
  createdBy: z.string(),
  updatedAt: time,
  /** Items that this one waits for. Which of them are still unmet is the books' set of unmet needs. */
  deps: z.array(z.string()).default([]),
  /** Agent preset asked for by name. */
  agent: z.string().optional(),
  /** The molecule that its agent works, step by step; and what is left of the one that ended last. */
  molecule: z.string().optional(),
  digest: z.string().optional(),
  /** The item or the step that it lies in, as a child. */
  parent: z.string().optional(),
  /** The step whose work this is, and its molecule. */
  leg: z.looseObject({ step: z.string(), mol: z.string() }).optional(),
  /** It wants a slot, since then. */
  want: z.looseObject({ since: time, rework: z.boolean() }).optional(),
  /** The live run, and how many there were. */
  run: z.string().optional(),
  runs: z.number().default(0),
  /** The open merge request. */
  merge: z.string().optional(),
  /** Name, branch and worktree stay with the item until it has landed. */
  hold: z.looseObject({ name: z.string(), branch: z.string().optional(), dir: z.string() }).optional(),
  /** Attempts that failed: merges returned, runs that died. */
  failures: z.number().default(0),
  rework: rework.optional(),
  /** Parked until a person looks: the escalation that says why. */
  needsYou: z.looseObject({ escalation: z.string(), why: z.string() }).optional(),
  closed: z.looseObject({ at: time, reason: z.string(), commit: sha.optional(), report: z.string().optional() }).optional(),
});

/** One run of a polecat: one slot, one worktree, one session after another. */
const run = z.looseObject({
  id: z.string(),
  work: z.string(),
  /** Of the work item. */
  generation: z.number().default(1),
  rig: z.string(),
  name: z.string(),
  agent: z.string(),
  attempt: z.number(),
  state: z.enum(['granted', 'ready', 'live', 'ended']),
  grantedAt: time,
  dir: z.string(),
  branch: z.string().optional(),
  /** The target's tip that the branch began on (or was last merged with), and the branch's head when this run began. */
  base: sha.optional(),
  start: sha.optional(),
  rework: rework.optional(),
  sessions: z.number().default(0),
  session: session.optional(),
  /** Sessions in a row that ended without `done` and without a new commit. */
  deaths: z.number().default(0),
  lastHead: sha.optional(),
  snapshots: z.number().default(0),
  /** No session before then. */
  notBefore: time.optional(),
  ...asked,
  /** The molecule that it works, and the step that was in hand when its last session ended. */
  molecule: z.string().optional(),
  lastHand: z.string().optional(),
  /** The molecule of which its agent knows that all steps have ended. */
  stepsTold: z.string().optional(),
  submitted: z.looseObject({ at: time, head: sha.optional(), report: z.string().optional() }).optional(),
  outcome: z.enum(['submitted', 'no-code', 'suspended', 'failed', 'cancelled']).optional(),
  endedAt: time.optional(),
});

/** A merge request: one submitted head. */
const merge = z.looseObject({
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
  /** Base and checks on which it failed while the base itself fails: it is not tried there again. */
  held: z.string().optional(),
  /** How the target was moved: `swap` by the compare-and-swap, `contained` when the head was in it already. */
  landed: z.looseObject({ at: time, tip: sha, how: z.string() }).optional(),
  returned: rework.extend({ at: time }).optional(),
  /** What became of the landing at the repository the rig came from. */
  mirror: z.looseObject({ state: z.enum(['pushed', 'fast-forwarded', 'left']), why: z.string().optional() }).optional(),
});

/** A rig's merge train: which request it is at, and what holds it up. */
const train = z.looseObject({
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
});

/** One run of a rig's checks on one tree. */
const check = z.looseObject({
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
const verdict = z.looseObject({
  id: z.string(),
  rig: z.string(),
  passed: z.looseObject({ at: time, check: z.string() }).optional(),
  failures: z.array(z.string()).default([]),
  /** Infrastructure errors since the last real verdict. */
  errors: z.number().default(0),
  runs: z.number().default(0),
});

/** Every noun with its schema: the map that the store's typed reads rest on. */
export const schemas = {
  work,
  run,
  merge,
  train,
  check,
  verdict,
  agent,
  delivery,
  recipient,
  message,
  letter,
  memory,
  proto,
  molecule,
  step,
  gate,
  dispatch,
  patrol,
  escalation,
  worker,
};

export type Noun = keyof typeof schemas;
export type Records = { [N in Noun]: z.infer<(typeof schemas)[N]> };
export type Work = Records['work'];
export type Run = Records['run'];
export type Agent = Records['agent'];
export type Merge = Records['merge'];
export type Train = Records['train'];
export type Check = Records['check'];
export type Verdict = Records['verdict'];
export type Delivery = Records['delivery'];
export type Recipient = Records['recipient'];
export type Message = Records['message'];
export type Letter = Records['letter'];
export type Memory = Records['memory'];
export type Molecule = Records['molecule'];
export type Step = Records['step'];
export type Gate = Records['gate'];
export type Escalation = Records['escalation'];
export type Rework = NonNullable<Work['rework']>;
