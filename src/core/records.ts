import { z } from 'zod';
import { agent } from './agent-records.ts';
import { channel } from './channel-records.ts';
import { delivery, recipient } from './delivery-records.ts';
import { letter, mailbox, message, pace } from './mail-records.ts';
import { memory } from './memory-records.ts';
import { gate, molecule, proto, step } from './molecule-records.ts';
import { check, merge, rework, train, verdict } from './refinery-records.ts';
import { asked, session, sessionEntry } from './session-records.ts';
import { swarm } from './swarm-records.ts';
import { dispatch, escalation, patrol, worker } from './town-records.ts';

/**
 * The records of the books. Fields that this version does not know are kept and written back (loose objects). Times are ms since 1970.
 * The prose of each life stands beside its decisions: work.ts, run.ts, merge.ts, train.ts, check.ts.
 */
const time = z.number();
const sha = z.string();

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
  /** A person starts its agent, in the worktree that gt makes. */
  manual: z.boolean().optional(),
  /** Agent preset asked for by name. */
  agent: z.string().optional(),
  /** Agent preset that its molecule asks for, where the item itself asks for none. */
  molAgent: z.string().optional(),
  /** A command of its molecule waits for its worktree: a run makes it, also while no agent has anything to do. */
  worktree: z.boolean().optional(),
  /** The molecule that its agent works, step by step; and what is left of the one that ended last. */
  molecule: z.string().optional(),
  digest: z.string().optional(),
  /** The item or the step that it lies in, as a child. */
  parent: z.string().optional(),
  /** The step whose work this is, and its molecule; of a review nothing lands. */
  leg: z.looseObject({ step: z.string(), mol: z.string(), review_only: z.boolean().optional() }).optional(),
  /** Who put it on the hook last. */
  slungBy: z.string().optional(),
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
  /** Its polecat was put to sleep or killed: nothing of it is started until somebody wakes it, or slings it again. */
  parked: z.looseObject({ as: z.enum(['asleep', 'killed']), at: time, by: z.string() }).optional(),
  /** Parked until a person looks: the escalation that says why. */
  needsYou: z.looseObject({ escalation: z.string(), why: z.string() }).optional(),
  /** Jobs of the last questions of its agents: they end with it. */
  questions: z.array(z.string()).optional(),
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
  /** Nobody but a person starts its agent: its sessions have no process that gt knows. */
  manual: z.boolean().optional(),
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
  /** Sessions in a row that were handed off and left nothing new: no commit, no step, no change. */
  fruitless: z.number().optional(),
  /** No session before then. */
  notBefore: time.optional(),
  /** Why its agent could not be started when that was tried last, and what mends it. */
  unfit: z.looseObject({ at: time, why: z.string(), todo: z.string() }).optional(),
  ...asked,
  /** The molecule that it works, and the step that was in hand when its last session ended. */
  molecule: z.string().optional(),
  lastHand: z.string().optional(),
  /** The molecule of which its agent knows that all steps have ended. */
  stepsTold: z.string().optional(),
  submitted: z.looseObject({ at: time, head: sha.optional(), report: z.string().optional() }).optional(),
  /** Somebody lets it go: of a run that a person works on. */
  released: z.looseObject({ at: time, by: z.string() }).optional(),
  outcome: z.enum(['submitted', 'no-code', 'suspended', 'failed', 'cancelled']).optional(),
  endedAt: time.optional(),
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
  session: sessionEntry,
  delivery,
  recipient,
  message,
  letter,
  mailbox,
  memory,
  channel,
  pace,
  swarm,
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
