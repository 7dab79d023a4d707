import { z } from 'zod';

/**
 * The records of formulas at work: stored protomolecules, molecules and wisps, their steps and gates. Times are ms since 1970. Their life is told in
 * molecule/life.ts. What is long (texts, commands) lies in the plan of the molecule, packed in `text:<molecule>`; a record holds what decisions need.
 */
const time = z.number();

/** A protomolecule that was cooked and stored: its content under its hash. The steps lie in its plan, `text:<id>`. */
export const proto = z.looseObject({
  /** `proto-<hash>` */
  id: z.string(),
  formula: z.string(),
  title: z.string(),
  type: z.string(),
  version: z.number(),
  labels: z.array(z.string()).default([]),
  phase: z.string().default(''),
  /** How many steps and gates it holds. */
  steps: z.number(),
  /** File it was cooked from. */
  source: z.string().default(''),
  createdAt: time,
  createdBy: z.string(),
});

const closed = z.looseObject({
  at: time,
  outcome: z.enum(['done', 'skipped', 'failed', 'cancelled']),
  reason: z.string(),
  by: z.string().optional(),
});

/** A formula poured: a molecule (liquid), or a wisp (vapor), which is kept for a while only. */
export const molecule = z.looseObject({
  id: z.string(),
  /** Empty: the town's. */
  rig: z.string(),
  formula: z.string(),
  /** The stored protomolecule that it was poured from. */
  proto: z.string().optional(),
  title: z.string(),
  phase: z.enum(['liquid', 'vapor']),
  state: z.enum(['pouring', 'open', 'closed']),
  /** Steps and gates of its plan, and how many of them have records already. */
  planned: z.number(),
  poured: z.number().default(0),
  /** Place of the next step that is added while it lives. */
  next: z.number(),
  vars: z.record(z.string(), z.string()).default({}),
  labels: z.array(z.string()).default([]),
  /** The work item that it hangs under, and that item's generation. */
  work: z.string().optional(),
  workGeneration: z.number().optional(),
  /** The step that it hangs under: of another molecule. */
  step: z.string().optional(),
  /** The molecule that it was bonded under: that one closes after it. */
  under: z.string().optional(),
  /** Molecules that it was bonded after. Which of them are still open is the books' set of unmet needs. */
  after: z.array(z.string()).optional(),
  /** Bonded after it had begun: its open steps wait for `<id>.go`, which is settled when what it waits for has ended. */
  held: z.boolean().optional(),
  /** It runs only when this molecule failed; else it is skipped. */
  onlyIf: z.string().optional(),
  /** It was attached or detached while it lived: its job is to hang where the books say. */
  rehung: z.boolean().optional(),
  /** Of a wisp: what it was for, which says how long it is kept. */
  wispType: z.string().optional(),
  /** The step in an agent's hands: one at a time. */
  hand: z.string().optional(),
  /** Each step gets a session of its own. */
  fresh: z.boolean().optional(),
  /** Every agent's step is work of its own, in parallel. */
  fanout: z.boolean().optional(),
  agent: z.string().optional(),
  assignee: z.string().optional(),
  /** Jobs that look again whenever one of its steps closes: conditions, waits for children. */
  watchers: z.array(z.string()).default([]),
  /** Asked to end, by whom and why: open steps are closed as cancelled, or skipped. */
  cancel: z
    .looseObject({ by: z.string(), reason: z.string(), at: time, outcome: z.enum(['cancelled', 'skipped']).optional() })
    .optional(),
  createdAt: time,
  createdBy: z.string(),
  updatedAt: time,
  closed: closed.optional(),
  /** What is left when it was squashed; its text is field `digest` of `text:<id>`. */
  digest: z.looseObject({ id: z.string(), at: time, squashed: z.number(), kept: z.boolean() }).optional(),
});

/** What proves that a step is done. */
const evidence = z.looseObject({
  commit: z.string().optional(),
  /** A file with the digest of its content, as of the close. */
  file: z.string().optional(),
  sha256: z.string().optional(),
  note: z.string().optional(),
  /** A command's exit code, or the work item or molecules that did it. */
  code: z.number().optional(),
  /** File of its output. */
  log: z.string().optional(),
  work: z.string().optional(),
});

/** A step of a molecule: a bead, and a job. Fields at their defaults are not stored, so that a held step is small. */
export const step = z.looseObject({
  id: z.string(),
  mol: z.string(),
  rig: z.string().default(''),
  /** Place in its molecule, from 0. */
  seq: z.number(),
  /** Its id in the formula. */
  key: z.string(),
  title: z.string(),
  /** Who does it. `epic` ends with its children, `round` decides whether a loop goes on, `mark` ends when its needs are met. */
  exec: z.enum(['agent', 'polecat', 'command', 'epic', 'round', 'mark']),
  type: z.string().default('task'),
  priority: z.number().default(2),
  labels: z.array(z.string()).default([]),
  assignee: z.string().optional(),
  /** Its container, when that is not the molecule. */
  parent: z.string().optional(),
  /** What it waits for: steps and gates. Which of them are still unmet is the books' set. */
  needs: z.array(z.string()).default([]),
  /** Place of its texts in the plan. */
  at: z.number(),
  status: z.enum(['open', 'in_progress', 'failed', 'closed']).default('open'),
  /** It runs only when this step, or one that lies in it, failed; else it is skipped. */
  onlyIf: z.string().optional(),
  /** Somebody watches it: its close makes the molecule's watchers look. */
  watched: z.boolean().optional(),
  /** It waits for children that its spawner makes at run time, until `met`. */
  waits: z
    .looseObject({
      kind: z.enum(['all-children', 'any-children', 'children-of']),
      spawner: z.string(),
      met: z.boolean().optional(),
    })
    .optional(),
  /** What follows its work before it may close: a check that says whether it is worked once more, or a molecule for each item of its output. */
  after: z.enum(['check', 'fan-out']).optional(),
  /** Its work is done, what follows is not. `from`: how many molecules hung under it before. */
  worked: z.looseObject({ at: time, reason: z.string(), by: z.string().optional(), from: z.number().optional() }).optional(),
  /** It fails with others: the `body` of a scope knows its members. */
  scope: z
    .looseObject({
      of: z.string(),
      role: z.enum(['setup', 'member', 'body', 'teardown']),
      members: z.array(z.string()).optional(),
    })
    .optional(),
  /** Attempts that failed since it was opened, or since a person asked for it again. */
  failures: z.number().optional(),
  attempts: z.number().default(0),
  /** Who has it in hand: the run and its session, the head of the worktree when it was taken. */
  holder: z
    .looseObject({
      run: z.string().optional(),
      session: z.string().optional(),
      by: z.string(),
      at: time,
      head: z.string().optional(),
    })
    .optional(),
  /** It is ready for its agent, which was told to look, since then. */
  offeredAt: time.optional(),
  /** A command under way: an attempt that is noted and not over is found again by whoever comes next. */
  command: z.looseObject({ n: z.number(), startedAt: time }).optional(),
  /** The work item that does it. */
  work: z.string().optional(),
  /** Molecules that hang under it. */
  molecules: z.array(z.string()).optional(),
  /** Of a round, and of a `ralph` with children: which one is running, from 1. */
  round: z.number().optional(),
  notBefore: time.optional(),
  failed: z
    .looseObject({ at: time, reason: z.string(), class: z.string().optional(), escalation: z.string().optional() })
    .optional(),
  /** JSON of what it gave out, for conditions and fan-out; long ones lie in `text:<id>`, field `output`. */
  output: z.unknown().optional(),
  evidence: evidence.optional(),
  closed: closed.optional(),
});

/** An async wait: in a molecule it keeps a step back, alone it keeps back work items. */
export const gate = z.looseObject({
  id: z.string(),
  rig: z.string().default(''),
  title: z.string(),
  /** As it was written: a word that gt does not know waits for a person. */
  type: z.string(),
  awaitId: z.string().default(''),
  condition: z.string().optional(),
  timeoutMs: z.number().optional(),
  mol: z.string().optional(),
  seq: z.number().optional(),
  /** The step that it keeps back, or the work items. */
  blocks: z.array(z.string()).default([]),
  /** What the step needs besides: the clock starts when that is met. */
  needs: z.array(z.string()).default([]),
  state: z.enum(['waiting', 'open', 'resolved', 'denied', 'cancelled']).default('waiting'),
  /** `open`: the clock runs since then; a timer is due, any other wait is too long then. */
  openedAt: time.optional(),
  dueAt: time.optional(),
  /** Of the type `condition`: a command that must end with 0, instead of a condition. */
  command: z.string().optional(),
  /** Keys of the formula that gt does not know: shown to whoever opens it. */
  extra: z.unknown().optional(),
  /** Why somebody made it. */
  reason: z.string().optional(),
  escalatedAt: time.optional(),
  /** For which causes a person was asked already: each once. */
  asked: z.array(z.string()).optional(),
  /** What was seen at the last look, in a person's words. */
  seen: z.string().optional(),
  lookedAt: time.optional(),
  /** Not looked at again before, of what is outside of the books. */
  lookAt: time.optional(),
  /** Somebody asked for a look, and waits for its event. */
  lookAsked: time.optional(),
  /** Since when no look came to an answer. */
  troubleSince: time.optional(),
  /** `bead`: what it has an edge to. */
  watches: z.string().optional(),
  /** `gh:run`: the name by which its number was found. */
  found: z.string().optional(),
  waiters: z.array(z.string()).default([]),
  createdAt: time,
  createdBy: z.string().default('gt'),
  ended: z.looseObject({ at: time, by: z.string(), reason: z.string() }).optional(),
});
