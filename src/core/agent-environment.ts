import { actorFor, type Identity } from './roles.ts';

/** What an agent's session is started with. */
export type EnvironmentOf = Identity & {
  /** Absolute paths: of the town, of the agent's working directory, of gt (login shells lose PATH), of the ledger of its rig or of the town. */
  readonly root: string;
  readonly dir: string;
  readonly bin: string;
  readonly beads: string;
  /** Address of the person who owns the town, from git. */
  readonly email: string;
  /** Preset of its program. */
  readonly agent: string;
  readonly token: string;
  /** What a polecat has in hand. */
  readonly work?:
    | {
        readonly id: string;
        readonly attempt: number;
        /** The branch that it will land on. */
        readonly target: string;
        readonly molecule?: { readonly id: string; readonly step?: string | undefined } | undefined;
        /** Why it came back, and the file with the evidence. */
        readonly rework?: { readonly kind: string; readonly evidence: string } | undefined;
      }
    | undefined;
};

/**
 * Who an agent is, in its environment: every variable of the town, the names of Gas Town and those of gtr with the same values. A session has the same ones
 * for its life, so that the doctor can compare.
 */
export function agentEnvironment(of: EnvironmentOf): Record<string, string> {
  const { role, rig, name, root, dir, bin, beads, email, agent, token, work } = of;
  const actor = actorFor(of);
  const worker = role === 'polecat' || role === 'crew';
  const all = {
    GT_ROLE: role,
    GT_ROOT: root,
    GT_RIG: rig,
    GT_POLECAT: role === 'polecat' ? name : undefined,
    GT_CREW: role === 'crew' ? name : undefined,
    GT_AGENT: agent,
    GT_SESSION: token,
    GT_BIN: bin,
    ...inHand(of),
    GT_WORKTREE: role === 'polecat' || role === 'crew' || role === 'refinery' ? dir : undefined,
    BD_ACTOR: actor,
    BEADS_DIR: beads,
    BEADS_AGENT_NAME: worker ? actor : undefined,
    BEADS_NO_DAEMON: worker ? '1' : undefined,
    GTR_AGENT: actor,
    GTR_ROLE: role,
    GTR_RIG: rig,
    GTR_ROOT: root,
    GTR_WORK_ITEM: work?.id,
    ...authorOf(actor, email),
  };
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function inHand({ work }: Pick<EnvironmentOf, 'work'>): Record<string, string | undefined> {
  if (!work) return {};
  const { id, attempt, target, molecule, rework } = work;
  return {
    GT_WORK_ITEM: id,
    GT_MOLECULE: molecule?.id,
    GT_STEP: molecule?.step,
    GT_ATTEMPT: String(attempt),
    GT_REWORK: rework?.kind,
    GT_EVIDENCE: rework?.evidence,
    GT_TARGET: target,
  };
}

/** Commits that an agent makes are its own, with the address of the person who owns the town. */
export const authorOf = (actor: string, email: string): Record<string, string> => ({
  GIT_AUTHOR_NAME: actor,
  GIT_AUTHOR_EMAIL: email,
  GIT_COMMITTER_NAME: actor,
  GIT_COMMITTER_EMAIL: email,
});
