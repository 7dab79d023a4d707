import type { ChangedFile } from './changes.ts';
import type { Kept } from './kept.ts';

/** What the rest of gt asks of git. `repo` is a rig's bare `.repo.git`, `dir` a worktree. Shas are full. Every fault of git itself throws GitFault. */

/** A worktree, as it stands. */
export type WorktreeFacts = {
  readonly head: string;
  /** Undefined when HEAD is detached. */
  readonly branch?: string;
  /** Paths with changes that are not committed (staged, unstaged, unmerged or untracked), at most 20. */
  readonly dirty: readonly string[];
  /** A merge with conflicts is still open. */
  readonly merging: boolean;
};

/** What else lies about a worktree. Stashes are those of its branch; commits the newest ones, as `<short sha> <subject>`. */
export type Leavings = {
  readonly untracked: readonly string[];
  readonly stashes: readonly string[];
  readonly commits: readonly string[];
};

/** A merge done in memory. The same input gives the same commit: its dates are those of the request. */
export type Candidate =
  | { readonly kind: 'built'; readonly tip: string; readonly tree: string }
  /** The head is in the base already, or its tree adds nothing. */
  | { readonly kind: 'contained' | 'empty' }
  | { readonly kind: 'conflict'; readonly files: readonly string[]; readonly messages: string }
  | { readonly kind: 'unrelated' };

/** A worktree that is there; `owner` is the work item that it was made for. */
export type Tree = { readonly dir: string; readonly branch?: string; readonly owner?: string };

/** A commit by which the refinery landed a merge request. */
export type Landing = { readonly tip: string; readonly work: string; readonly merge: string; readonly head: string };

/** What became of a landed target at the repository that the rig came from. */
export type MirrorOutcome = { readonly state: 'pushed' | 'fast-forwarded' | 'left'; readonly why?: string };

export interface Git {
  version(): Promise<string>;
  /** Whether a repository answers within the time; CloneFault says why not. */
  reach(input: { from: string; timeoutMs: number }): Promise<void>;
  /** Clones `from` (url or path) as the bare `repo` with gt's settings, and says which branch is its default. Nothing stays behind when it fails; CloneFault says what a person can mend. */
  cloneBare(input: { from: string; repo: string; timeoutMs: number; signal?: AbortSignal }): Promise<{ defaultBranch: string }>;
  /** Where `repo` was cloned from: the real path of a folder, else the url. Two rigs with the same one would fight over its target. */
  originOf(repo: string): Promise<string | undefined>;
  /** The rig that a bare repository is marked with (`<town id>/<rig>`), or undefined. */
  rigOf(repo: string): Promise<string | undefined>;
  markRig(repo: string, rig: string): Promise<void>;
  /** Sha that a ref or name points to, or undefined. */
  resolve(repo: string, name: string): Promise<string | undefined>;
  treeOf(repo: string, commit: string): Promise<string>;
  isAncestor(repo: string, ancestor: string, descendant: string): Promise<boolean>;
  /** Whether two commits have any history in common. */
  isRelated(repo: string, one: string, other: string): Promise<boolean>;
  /** Commits that `head` has and `base` has not. */
  countAhead(repo: string, base: string, head: string): Promise<number>;
  /** What `head` has changed since it left `base`, both shas. */
  changedFiles(repo: string, base: string, head: string): Promise<ChangedFile[]>;

  /** Makes (or finishes, or finds) the worktree of `branch` at `dir`; a new branch starts at `at`. Idempotent after a kill at any point. `sparse` are the patterns of its sparse checkout. */
  addWorktree(input: {
    repo: string;
    dir: string;
    branch: string;
    at: string;
    owner?: string;
    sparse?: readonly string[];
  }): Promise<void>;
  /** Takes away the locks that a killed git has left in a worktree and on its branch. Throws GitFault while a git is at work there. */
  unlock(input: { repo: string; dir: string }): Promise<void>;
  /** The worktrees that are there, with whose they are. */
  worktrees(repo: string): Promise<Tree[]>;
  /** What the refinery has landed on the target since a commit (or ever), newest first. */
  landings(repo: string, target: string, since?: string): Promise<Landing[]>;
  /** Removes a worktree with all that is in it. Idempotent. What only its HEAD held is kept in a ref first. */
  removeWorktree(input: { repo: string; dir: string }): Promise<void>;
  /** Patterns of what a worktree leaves out; undefined when it leaves nothing out. */
  sparseOf(dir: string): Promise<readonly string[] | undefined>;
  /** Lets a worktree leave out exactly this. @returns whether anything had to be done */
  hide(dir: string, patterns: readonly string[]): Promise<boolean>;
  facts(dir: string): Promise<WorktreeFacts>;
  leavings(dir: string): Promise<Leavings>;
  /** Merges `commit` into the worktree's branch as `who`; conflict markers are left where it conflicts. */
  mergeInto(input: {
    dir: string;
    commit: string;
    message: string;
    env: Readonly<Record<string, string>>;
  }): Promise<'merged' | 'up-to-date' | 'conflict'>;
  /** Keeps everything uncommitted (untracked files too, ignored ones not) in `ref` as a commit on HEAD, without touching worktree or index. Undefined when clean. An earlier snapshot in `ref` becomes a parent of the new one. */
  snapshot(input: { repo: string; dir: string; ref: string; message: string }): Promise<string | undefined>;

  /** Clones a rig's repository for a crew member, on `branch`, which begins at `at` where the rig has it not. Its pushes cannot move the target. Idempotent. */
  cloneForCrew(input: { repo: string; dir: string; branch: string; at: string; target: string }): Promise<void>;
  /** Keeps what such a clone holds in the rig's repository: what is not committed in `ref`, its branches below `refs/gt/crew/<who>/`. */
  snapshotClone(input: { repo: string; dir: string; ref: string; message: string; who: string }): Promise<string | undefined>;
  /** What such a clone holds and its rig does not, in words. */
  onlyHere(dir: string): Promise<string | undefined>;
  /** Makes a clone of the rig on `target`, or moves one that nobody has changed there to `at`. @returns whether it shows something new */
  followTarget(input: { repo: string; dir: string; target: string; at: string }): Promise<boolean>;
  /** Makes, finds or (while nothing in it is changed) moves a worktree that holds no branch. */
  addDetached(input: { repo: string; dir: string; at: string }): Promise<void>;

  /** Points `ref` to `sha`, creating it; a ref that already points there is fine, one that points elsewhere throws GitFault. */
  pin(repo: string, ref: string, sha: string): Promise<void>;
  /** Removes `ref` if it (still) points to `sha`, or whatever it points to when `sha` is absent. Idempotent. */
  unpin(repo: string, ref: string, sha?: string): Promise<void>;
  /** Refs under a prefix with their shas. */
  refs(repo: string, prefix: string): Promise<Array<{ ref: string; sha: string }>>;
  /** Deletes refs that still point there, all or none. */
  drop(repo: string, refs: ReadonlyArray<{ ref: string; sha: string }>): Promise<void>;
  /** Keeps `message` about `commit` under `ref`, in the place of what was kept there. `at` is in ms. @returns what the ref points to */
  keep(input: Kept & { repo: string; at: number }): Promise<string>;
  kept(repo: string, prefix: string): Promise<Kept[]>;

  /** Merges `head` onto `base` in memory. `at` (ms) dates the commit, so that a replay makes the same one. */
  candidate(input: { repo: string; base: string; head: string; message: string; at: number }): Promise<Candidate>;
  /** Makes a commit of `tree` with these parents as gt's refinery, dated `at` (ms): one commit for a whole train, say. The same input gives the same sha. */
  commitTree(input: { repo: string; tree: string; parents: readonly string[]; message: string; at: number }): Promise<string>;
  /** Compare-and-swap of the target: `landed` when it is (or contains) `tip` afterwards, else `moved` with where it is. */
  land(input: {
    repo: string;
    target: string;
    base: string;
    tip: string;
    reason: string;
  }): Promise<{ kind: 'landed' } | { kind: 'moved'; to: string }>;
  /** Brings the landed target to the repository the rig came from: bare or remote by push with lease, checked out and clean by fast-forward, else left. */
  mirror(input: { repo: string; target: string; timeoutMs: number }): Promise<MirrorOutcome>;
  /** Makes `slot` a private clone with a clean checkout of `commit`: cheap when it is one already; a broken slot is made anew. */
  prepareSlot(input: { repo: string; slot: string; commit: string; keep: readonly string[] }): Promise<void>;
}
