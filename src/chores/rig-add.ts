import { isPrefix, isRigName, prefixFor, RESERVED_RIGS } from '#core/names';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Staged } from '#world/config/make-rig';
import type { RigFile, RigsFile } from '#world/config/rigs';
import { failpoint } from '#world/failpoint';
import type { CloneFaultKind } from '#world/git/fault';
import type { Git } from '#world/git/git';

/** What `rig add` needs of the world, for one town. */
export type RigAddGround = {
  readonly townId: string;
  readonly git: Pick<Git, 'reach' | 'cloneBare' | 'resolve' | 'markRig' | 'rigOf'>;
  /** ms since 1970 */
  readonly now: () => number;
  rigs(): RigsFile | Refusal;
  change(change: (rigs: RigsFile['rigs']) => RigsFile['rigs'] | Refusal): Promise<RigsFile | Refusal>;
  rigFile(name: string): RigFile | Refusal;
  /** The absolute real path that a source names, or undefined for a url of another machine. */
  localPath(from: string): string | undefined;
  isTaken(name: string): boolean;
  repoOf(name: string): string;
  stage(name: string): Staged;
  fill(staged: Staged, file: RigFile, settings: Readonly<Record<string, unknown>>): void;
  /** It answers, and is being cloned: that may take a while. */
  cloning(from: string): void;
  cloneFault(fault: unknown): { kind: CloneFaultKind; why: string } | undefined;
};

export type NewRig = {
  readonly name: string;
  /** A url or a path. */
  readonly from: string;
  readonly branch?: string;
  readonly prefix?: string;
  readonly checks?: readonly string[];
  readonly agent?: string;
};

export type RigAdded = {
  readonly name: string;
  readonly prefix: string;
  readonly from: string;
  readonly target: string;
  readonly checks: readonly string[];
};

const REACH_MS = 10_000;
const CLONE_MS = 30 * 60_000;

/** Registers a repository with the town: clones it apart, and puts all of it in its place at once. A kill at any point leaves the town as it was, or done. */
export async function rigAdd(ground: RigAddGround, input: NewRig): Promise<RigAdded | Refusal> {
  const { name } = input;
  if (!isRigName(name)) return refuse('RIG_NAME_INVALID', { rig: name, reserved: RESERVED_RIGS.join(', ') });
  const path = ground.localPath(input.from);
  const from = path ?? input.from;
  const registered = ground.rigs();
  if (isRefusal(registered)) return registered;
  const clash = clashOf(ground, registered.rigs, name, from);
  if (clash) return clash;
  const prefix = prefixOf(ground, registered.rigs, input);
  if (isRefusal(prefix)) return prefix;
  const left = await leftOver(ground, name, from);
  if (left === 'other') return refuse('RIG_EXISTS', { rig: name });
  const staged = ground.stage(name);
  try {
    if (left) return await register(ground, left, () => undefined);

    const cloned = await clone(ground, from, staged.layout.repo);
    if (isRefusal(cloned)) return cloned;
    const target = input.branch ?? cloned.defaultBranch;
    if (!(await ground.git.resolve(staged.layout.repo, `refs/heads/${target}`)))
      return refuse('BRANCH_UNKNOWN', { branch: target });
    await ground.git.markRig(staged.layout.repo, `${ground.townId}/${name}`);
    const file: RigFile = {
      type: 'rig',
      version: 1,
      name,
      git_url: from,
      ...(path === undefined ? {} : { path }),
      default_branch: cloned.defaultBranch,
      ...(target === cloned.defaultBranch ? {} : { target_branch: target }),
      beads: { prefix },
    };
    ground.fill(staged, file, settingsOf(input));
    failpoint('clone');
    const added = await register(ground, file, staged.place);
    return isRefusal(added) ? added : { ...added, checks: input.checks ?? [] };
  } finally {
    staged.drop();
  }
}

/** Writes the rig into the registry; `place` moves it to its place under the registry's lock, so that one of two who add it at once has it. */
async function register(ground: RigAddGround, file: RigFile, place: () => void): Promise<RigAdded | Refusal> {
  const { name, git_url: from, beads } = file;
  const changed = await ground.change((rigs) => {
    const clash = clashOf(ground, rigs, name, from);
    if (clash) return clash;
    const prefix = prefixOf(ground, rigs, { name, from, prefix: beads.prefix });
    if (isRefusal(prefix)) return prefix;
    place();
    failpoint('place');
    return { ...rigs, [name]: { git_url: from, added_at: new Date(ground.now()).toISOString() } };
  });
  if (isRefusal(changed)) return changed;
  return { name, prefix: beads.prefix, from, target: file.target_branch ?? file.default_branch ?? 'main', checks: [] };
}

function clashOf(ground: RigAddGround, rigs: RigsFile['rigs'], name: string, from: string): Refusal | undefined {
  const same = Object.keys(rigs).find((one) => one.toLowerCase() === name.toLowerCase());
  if (same) return refuse('RIG_EXISTS', { rig: same });
  const holder = Object.entries(rigs).find(([, entry]) => originKey(ground, entry.git_url) === originKey(ground, from));
  return holder ? refuse('REPO_TAKEN', { from, by: `rig \`${holder[0]}\`` }) : undefined;
}

/** Two spellings of one place are one place. */
function originKey(ground: RigAddGround, from: string): string {
  return (ground.localPath(from) ?? from)
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '');
}

function prefixOf(ground: RigAddGround, rigs: RigsFile['rigs'], { name, prefix }: NewRig): string | Refusal {
  const taken = new Map<string, string>();
  for (const rig of Object.keys(rigs)) {
    const file = ground.rigFile(rig);
    if (!isRefusal(file)) taken.set(file.beads.prefix, rig);
  }
  if (prefix === undefined) return prefixFor(name, new Set(taken.keys()));
  const holder = taken.get(prefix);
  if (holder) return refuse('PREFIX_TAKEN', { prefix, rig: holder });
  if (isPrefix(prefix)) return prefix;
  return refuse('USAGE', {
    what: `\`${prefix}\` is no prefix for ids.`,
    hint: 'Take 1 to 8 small letters and digits, beginning with a letter; not hq or ck.',
  });
}

/** A rig that was put in its place by somebody who died before the registry was written is taken as it is. */
async function leftOver(ground: RigAddGround, name: string, from: string): Promise<RigFile | 'other' | undefined> {
  if (!ground.isTaken(name)) return undefined;
  const file = ground.rigFile(name);
  if (isRefusal(file) || originKey(ground, file.git_url) !== originKey(ground, from)) return 'other';
  const mark = await ground.git.rigOf(ground.repoOf(name)).catch(() => undefined);
  return mark === `${ground.townId}/${name}` ? file : 'other';
}

async function clone(ground: RigAddGround, from: string, repo: string): Promise<{ defaultBranch: string } | Refusal> {
  try {
    await ground.git.reach({ from, timeoutMs: REACH_MS });
    ground.cloning(from);
    return await ground.git.cloneBare({ from, repo, timeoutMs: CLONE_MS });
  } catch (fault) {
    const known = ground.cloneFault(fault);
    if (!known) throw fault;
    if (known.kind === 'empty') return refuse('REPO_EMPTY', { from });
    if (known.kind === 'unreachable') return refuse('REPO_UNREACHABLE', { from, why: known.why });
    return refuse('REPO_NOT_FOUND', { from });
  }
}

function settingsOf({ checks = [], agent }: NewRig): Record<string, unknown> {
  const [only] = checks;
  const check = checks.length === 1 ? only : checks.map((run, i) => ({ name: i === 0 ? 'check' : `check-${i + 1}`, run }));
  return { ...(agent ? { agent } : {}), ...(checks.length > 0 ? { merge_queue: { check } } : {}) };
}
