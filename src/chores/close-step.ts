import { relative, resolve } from 'node:path';
import { proofText, stepRef } from '#core/molecule/step-proof';
import type { Run, Step } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { closeStep as closed, type EndedStep } from '#ops/end-step';
import { type Which, whichStep } from '#ops/which-step';
import type { runShell } from '#world/checks/shell';
import type { Desk } from '#world/desk';
import type { Git } from '#world/git/git';
import type { Rig } from '#world/world';
import { runStepCheck } from './step-check.ts';

/** What the close of a step needs of the world. */
export type StepGround = {
  readonly desk: Desk;
  readonly git: Git;
  readonly rig: (name: string) => Promise<Rig | Refusal>;
  readonly shell: typeof runShell;
  /** sha256 of a file's content, in hex; undefined when it cannot be read. */
  readonly digest: (path: string) => Promise<string | undefined>;
  readonly env: NodeJS.ProcessEnv;
  /** Where the caller is. */
  readonly cwd: string;
  /** Whether a file lies in the town, links followed. */
  readonly inTown: (path: string) => boolean;
};

/** What the caller says that proves it; `head`: that the worktree's head does, moved or not. */
export type Proof = {
  readonly commit?: string | undefined;
  readonly file?: string | undefined;
  readonly note?: string | undefined;
  readonly head?: boolean;
  readonly output?: unknown;
};

type Evidence = NonNullable<Step['evidence']>;

/**
 * Closes a step as done: with what proves it (the commit that was made since it was taken, unless something else is named), and after its check. The next
 * step is handed out in the same commit. A step that has closed is answered as before.
 */
export async function closeStep(ground: StepGround, which: Which, proof: Proof): Promise<EndedStep | Refusal> {
  const { desk, git } = ground;
  const at = await whichStep(desk, { get: (noun, id) => desk.books.read(noun, id) }, which);
  if (isRefusal(at)) return at;
  const { step, root, run } = at;
  const named = { ...which, step: step.id };
  const { output } = proof;
  const end = (evidence: Evidence, head?: string) =>
    closed(desk, named, { outcome: 'done', reason: 'done', evidence, head, ...(output === undefined ? {} : { output }) });
  if (step.status === 'closed') return end({});
  if (which.caller && root.hand !== step.id)
    return refuse('STEP_NOT_IN_HAND', { id: step.id, hand: root.hand === undefined ? '' : `: that is ${root.hand}` });
  const head = run ? (await git.facts(run.dir)).head : undefined;
  const evidence = await evidenceOf(ground, step, run, proof, head);
  if (isRefusal(evidence)) return evidence;
  const failed = await runStepCheck(step, run?.dir ?? ground.cwd, ground);
  if (failed) return failed;
  const kept = run && head !== undefined ? await keepProof(ground, step, run, { evidence, output, head }) : undefined;
  const ended = await end(evidence, head);
  // What the books did not take must not come back as done.
  if (isRefusal(ended) && kept) await git.unpin(kept.repo, kept.ref, kept.sha);
  return ended;
}

/** Kept before the books hear of it, as the pin of a head that is handed in: books that were cut back learn it from there (core/molecule/step-proof.ts). */
async function keepProof(
  { desk, git, rig }: StepGround,
  step: Step,
  { rig: name, work, session }: Run,
  { evidence, output, head }: { evidence: Evidence; output: unknown; head: string },
): Promise<{ repo: string; ref: string; sha: string } | undefined> {
  const found = await rig(name);
  if (isRefusal(found) || !step.holder || !session) return undefined;
  const at = desk.clock.now();
  const said = { work, step: step.id, session: session.id, taken: step.holder.at, at, evidence };
  const message = proofText(output === undefined ? said : { ...said, output });
  const [{ repo }, ref] = [found, stepRef(work, step.id)];
  return { repo, ref, sha: await git.keep({ repo, ref, commit: head, message, at }) };
}

async function evidenceOf(
  ground: StepGround,
  step: Step,
  run: Run | undefined,
  proof: Proof,
  head: string | undefined,
): Promise<Evidence | Refusal> {
  const lacking = (why: string) => refuse('STEP_EVIDENCE', { id: step.id, why });
  const before = step.holder?.head ?? run?.start;
  const made = head !== undefined && (proof.head || head !== before) ? head : undefined;
  const named = proof.commit === undefined ? undefined : await reachable(ground, run, proof.commit, head);
  if (named && 'why' in named) return lacking(named.why);
  const commit = named?.sha ?? made;
  const file = proof.file === undefined ? undefined : await fileOf(ground, run, proof.file);
  if (proof.file !== undefined && !file) return lacking(`${proof.file} cannot be read`);
  if (file === 'elsewhere') return lacking(`${proof.file} lies outside of the town`);
  const note = proof.note?.trim();
  if (proof.note !== undefined && !note) return lacking('the note is empty');
  if (commit === undefined && !file && note === undefined)
    return lacking(run ? 'the branch has no new commit since you took it' : 'neither a file nor a note was named');
  return { ...(commit === undefined ? {} : { commit }), ...file, ...(note === undefined ? {} : { note }) };
}

/** A commit by its whole name, if it is of the run's branch and was not there before: one that the target has is nobody's proof. */
async function reachable(
  { git, rig }: StepGround,
  run: Run | undefined,
  named: string,
  head: string | undefined,
): Promise<{ readonly sha: string } | { readonly why: string }> {
  const found = run ? await rig(run.rig) : undefined;
  const none = { why: `${named} is no commit ${run?.branch ? `of ${run.branch}` : 'that can be looked at here'}` };
  if (!found || isRefusal(found) || head === undefined) return none;
  const { repo, target } = found;
  const sha = await git.resolve(repo, named).catch(() => undefined);
  if (sha === undefined || !(await git.isAncestor(repo, sha, head))) return none;
  const tip = (await git.resolve(repo, `refs/heads/${target}`)) ?? run?.base;
  const isOld = tip !== undefined && (await git.isAncestor(repo, sha, tip));
  return isOld ? { why: `${named} is on ${target} already, and no work of this branch` } : { sha };
}

/** A file by its path from the worktree, and the digest of its content. What proves an agent's work lies in the town, where a person finds it again. */
async function fileOf({ digest, cwd, inTown }: StepGround, run: Run | undefined, named: string) {
  const path = resolve(cwd, named);
  const sha256 = await digest(path);
  if (sha256 === undefined) return undefined;
  if (run && !inTown(path)) return 'elsewhere';
  const inside = relative(run?.dir ?? cwd, path);
  return { file: run || !inside.startsWith('..') ? inside : path, sha256 };
}
