import { basename, dirname } from 'node:path';
import type { Holder } from '#core/holder';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Rig } from '#world/world';
import { type Check, good, ill, refused, some } from './check.ts';

/** What the doctor looks at where agents are at work. */
export type AgentsGround = {
  rig(name: string): Promise<Rig | Refusal>;
  /** Each worktree and clone in which agents of a rig work: what it leaves out (undefined: nothing), and what its agent should not see (empty: all of it is kept). */
  contextFiles(
    rig: Rig,
  ): Promise<ReadonlyArray<{ dir: string; hides: readonly string[] | undefined; wanted: readonly string[] }>>;
  hide(dir: string, patterns: readonly string[]): Promise<unknown>;
  /** How many agents are defined, for the town or for a rig; the refusal of a file that defines one wrongly, or of a choice that nobody defines. */
  defined(rig?: Rig): number | Refusal;
  /** The environment of a session's process, and what gt gave it; undefined where a system does not tell. */
  environment(
    holder: Holder,
  ): { readonly has: Readonly<Record<string, string>>; readonly given: Readonly<Record<string, string>> } | undefined;
};

/** Whether the files that define agents can be read, and every agent that is chosen for a rig's work is defined. Programs are looked for when work is given. */
export async function definitions(ground: AgentsGround, rigs: readonly string[]): Promise<Check[]> {
  const check = (category: 'town' | 'rigs', id: string, found: number | Refusal) =>
    isRefusal(found) ? refused(category, id, found) : good(category, id, `${found} defined`);
  const town = check('town', 'agents', ground.defined());
  // What is wrong in the town's files is wrong for every rig.
  if (!town.ok) return [town];
  const checks = [town];
  for (const name of rigs) {
    const rig = await ground.rig(name);
    if (!isRefusal(rig)) checks.push(check('rigs', `agents ${name}`, ground.defined(rig)));
  }
  return checks;
}

/** Whether worktrees hide what would speak to their agents in gt's place. @param fix hides it now */
export async function contextFiles(ground: AgentsGround, rigs: readonly string[], fix: boolean): Promise<Check[]> {
  const checks: Check[] = [];
  for (const name of rigs) {
    const rig = await ground.rig(name);
    if (isRefusal(rig)) continue;
    const trees = await ground.contextFiles(rig);
    const wrong = trees.filter(({ hides, wanted }) => !isHidden(hides, wanted));
    const id = `context-files ${name}`;
    const names = some(wrong.map(({ dir }) => basename(dirname(dir))));
    if (wrong.length === 0) checks.push(good('rigs', id, `${trees.length} worktrees`));
    else if (fix) {
      for (const { dir, wanted } of wrong) await ground.hide(dir, wanted);
      checks.push(good('rigs', id, `mended: ${names}`));
    } else {
      const what = wrong.some(({ wanted }) => wanted.length > 0)
        ? "worktrees that show the repository's own context files"
        : 'worktrees that hide context files which the rig keeps';
      checks.push(ill('rigs', id, `${what}: ${names}`, 'Mend it: `gt doctor --fix`.'));
    }
  }
  return checks;
}

const isHidden = (hides: readonly string[] | undefined, wanted: readonly string[]): boolean =>
  wanted.length === 0 ? hides === undefined : wanted.every((one) => hides?.includes(one));

/** Whether the agents that live have the variables that gt gave them: a program that starts them anew may have lost some. */
export function environments(ground: AgentsGround, live: readonly Holder[]): Check[] {
  const looks = live.flatMap((holder) => {
    const found = holder.session?.pid !== undefined && !holder.session.exit ? ground.environment(holder) : undefined;
    return found ? [{ id: holder.id, ...found }] : [];
  });
  const wrong = looks.flatMap(({ id, has, given }) =>
    Object.entries(given)
      .filter(([name, value]) => has[name] !== value)
      .map(([name, value]) => `${id}: ${has[name] === undefined ? 'missing' : 'another'} ${name}${expected(name, value)}`),
  );
  if (wrong.length === 0) return [good('sessions', 'env-vars', `${looks.length} sessions`)];
  const found = `Found ${wrong.length} env var mismatch(es) across ${looks.length} session(s): ${some(wrong)}`;
  return [ill('sessions', 'env-vars', found, 'They were started by another gt or other settings: `gt shutdown && gt up`.')];
}

/** A token opens the session: it is shown to nobody. */
const expected = (name: string, value: string): string => (name === 'GT_SESSION' ? '' : ` (expected "${value}")`);
