import type { Put } from '#core/change';
import type { Holder } from '#core/holder';
import type { Member } from '#core/ids';
import type { MoleculeTold } from '#core/molecule/step-words';
import type { Preset } from '#core/preset';
import type { Run, Work } from '#core/records';
import type { Refusal } from '#core/refusals';
import type { Settings } from '#core/settings';
import type { QueueName } from '#queues/index';
import type { Launch } from './agents/launch.ts';
import type { Verdict } from './checks/verdict.ts';
import type { Commands } from './commands/commands.ts';
import type { RigLayout, TownLayout } from './config/layout.ts';
import type { RigFile } from './config/rigs.ts';
import type { Desk } from './desk.ts';
import type { CookWish, Dish } from './formulas/cook-with.ts';
import type { FormulaFiles } from './formulas/formula-files.ts';
import type { Looks } from './gates/looks.ts';
import type { Git } from './git/git.ts';
import type { News } from './news.ts';
import type { KillRequest, Survivor } from './processes/kill.ts';
import type { Host } from './pty/host.ts';

/** A rig, as its files and settings say it is now. */
export type Rig = {
  readonly name: string;
  readonly file: RigFile;
  readonly layout: RigLayout;
  readonly settings: Settings;
  readonly repo: string;
  /** What is run on a tree before it lands; `spec` is a digest of it: a verdict holds for the specification that gave it. */
  readonly checks: {
    readonly spec: string;
    readonly commands: ReadonlyArray<{ readonly name: string; readonly run: string; readonly timeoutMs: number }>;
  };
  /** The branch that work lands on. */
  readonly target: string;
};

/** What a processor is handed: a desk, and the world outside of the books. Nothing else in gt may touch git, terminals or agents. */
export type World = {
  readonly desk: Desk;
  readonly epoch: number;
  readonly town: { readonly id: string; readonly layout: TownLayout };
  readonly git: Git;
  /** The host of now. Its calls reject while it is away; the job's backoff waits for the next one. */
  readonly host: () => Host;
  readonly news: News;
  /** Formulas that a rig can see; of the town for an empty name. */
  readonly formulas: (rig: string) => FormulaFiles;
  /** Cooks one of them, overlaid and filled: what can be poured. */
  readonly cook: (rig: string, wish: CookWish) => Dish | Refusal;
  /** Settings and rigs are files that people edit: read when asked for. @throws Refused when a file is wrong or a rig is unknown */
  readonly settings: () => Settings;
  readonly rig: (name: string) => Rig;
  readonly rigs: () => string[];
  /** Removes logs and evidence that are older than `before` (ms). @returns how many */
  readonly prune: (before: number) => Promise<number>;
  /** The jobs themselves, for patrols. */
  readonly queues: {
    /** Which of these have no job, in any state. */
    readonly missing: (members: readonly Member[]) => Promise<Member[]>;
    /** Hands back what an older worker took with its last fetch. @returns how many */
    readonly handBackOthers: () => Promise<number>;
    readonly remove: (members: readonly Member[]) => Promise<void>;
    /** Removes jobs with all that hangs under them, those that have ended. @returns which of them are on the board no more */
    readonly removeTrees: (members: readonly Member[]) => Promise<Member[]>;
    /** Hangs a job that exists where its record says: under another parent, or under none. */
    readonly rehang: (record: Put) => Promise<void>;
    /** Adds the jobs of records, asleep until they are woken; those that exist are left as they are. Their parents exist. */
    readonly addHeld: (records: readonly Put[]) => Promise<void>;
    /** Removes jobs of a queue that ended longer ago than `ms`; only of queues whose jobs stand alone. */
    readonly clean: (queue: QueueName, ms: number) => Promise<void>;
  };
  readonly kill: (request: KillRequest) => Promise<{ left: Survivor[] }>;
  readonly agents: {
    /** The token of a session; the same session has the same one for ever. */
    readonly token: (session: string) => string;
    /**
     * What starts a run's session: preset, environment, first words of the item's long `text` and of the step in hand; and what its record must hold before
     * it starts.
     */
    readonly launch: (
      run: Run,
      work: Work,
      rig: Rig,
      text: Readonly<Record<string, string>>,
      molecule?: MoleculeTold,
    ) => Promise<Launch>;
    /** Patterns of what a run's worktree hides: context files of the repository that would speak to the agent in gt's place. */
    readonly hides: (run: Run, rig: Rig) => string[];
    /** What is known of the program of a run or of a lasting agent. @throws Refused as `launch`, or when its rig is not there */
    readonly preset: (holder: Holder) => Preset;
    /** Identity for commits that gt makes in a polecat's worktree. */
    readonly identity: (run: Run) => Promise<Record<string, string>>;
    readonly user: () => Promise<string>;
  };
  /** What gates and conditions look at outside of the books. */
  readonly looks: Looks;
  /** Commands of steps, in the worktree that the step's molecule works in. */
  readonly commands: Commands;
  /** Runs commands on a commit in a clean slot of the rig. */
  readonly check: (
    input: { id: string; rig: Rig; commit: string; commands: ReadonlyArray<{ name: string; run: string; timeoutMs: number }> },
    signal: AbortSignal,
  ) => Promise<{ verdict: Verdict; failed?: string; log: string }>;
};
