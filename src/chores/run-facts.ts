import type { Proto } from '#core/formula/proto';
import { readPull } from '#core/formula/pull-facts';
import { listOf } from '#core/formula/run-convoy';
import type { Git } from '#world/git/git';
import type { Ended } from '#world/processes/program';
import type { Rig } from '#world/world';

/** What the texts of a convoy can say of what is looked at; what is not known is left out. */
export type RunFacts = {
  readonly pr_number?: string;
  readonly pr_title?: string;
  readonly changed_files?: ReadonlyArray<{ readonly path: string; readonly additions: number; readonly deletions: number }>;
  /** In one line: the pull request, the branch, or the files. */
  readonly target_description?: string;
};

export type FactsGround = {
  readonly git: Pick<Git, 'resolve' | 'isRelated' | 'changedFiles'>;
  /** GitHub's command line in the rig's repository. */
  readonly gh: (words: readonly string[]) => Promise<Ended>;
  /** Tells a person what could not be found out: no error. */
  readonly say: (line: string) => void;
};

/**
 * What the world knows of what a run is about: of a pull request (`pr`) by GitHub's command line, of a branch (`branch`, since it left `base` or the rig's
 * target) by git. Whatever cannot be found out stays empty, and is said once.
 */
export async function factsOfRun(
  ground: FactsGround,
  rig: Pick<Rig, 'repo' | 'target'>,
  plan: Proto,
  given: Readonly<Record<string, string>>,
): Promise<RunFacts> {
  const inputs = plan.convoy?.inputs;
  if (!inputs) return {};
  const value = (name: string) => given[name] || inputs[name]?.default || '';
  const pr = value('pr');
  if (pr !== '') return ofPull(ground, pr);
  const branch = inputs['branch'] ? value('branch') : '';
  if (branch !== '') {
    const [, from, to] = /^(.+?)\.{2,3}(.+)$/.exec(branch) ?? [];
    return ofBranch(ground, rig, to ?? branch, from ?? (value('base') || rig.target));
  }
  const files = listOf(value('files')) ?? [];
  return files.length === 0 ? {} : { target_description: `the files ${files.join(', ')}` };
}

async function ofPull({ gh, say }: FactsGround, pr: string): Promise<RunFacts> {
  const bare = { pr_number: pr, target_description: `pull request #${pr}` };
  if (!/^\d+$/.test(pr)) return bare;
  const answer = await gh(['pr', 'view', pr, '--json', 'title,files']);
  const read = readPull(answer);
  if ('lacks' in read) {
    say(`Nothing is known of pull request #${pr} but its number: ${read.lacks}.`);
    return bare;
  }
  return { ...bare, ...read, target_description: `pull request #${pr}: ${read.pr_title}` };
}

async function ofBranch({ git, say }: FactsGround, { repo }: Pick<Rig, 'repo'>, branch: string, base: string): Promise<RunFacts> {
  const [head, from] = await Promise.all([git.resolve(repo, branch), git.resolve(repo, base)]);
  const bare = { target_description: `branch ${branch}, since it left ${base}` };
  const none = head === undefined ? branch : from === undefined ? base : undefined;
  if (none !== undefined || !head || !from) {
    say(`What ${branch} changes is not known: the rig's repository has no ${none}.`);
    return bare;
  }
  if (!(await git.isRelated(repo, from, head))) {
    say(`What ${branch} changes is not known: it has no history in common with ${base}.`);
    return bare;
  }
  return { ...bare, changed_files: await git.changedFiles(repo, from, head) };
}
