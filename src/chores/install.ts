import { type Refusal, refuse } from '#core/refusals';

/** A program that gt uses. */
export type Dependency = {
  readonly name: string;
  /** gt does nothing without a `required` one; an `agent` is one of many. */
  readonly kind: 'required' | 'agent';
  readonly found: boolean;
  readonly version?: string;
  /** The oldest version that will do. */
  readonly need?: string;
  readonly fit: boolean;
  /** How to get it. */
  readonly install: string;
};

/** What `install` needs of the world. */
export type InstallGround = {
  /** The full path of a directory that may not exist yet; without one, the place where towns usually are. */
  place(path: string | undefined): string;
  townAround(path: string): string | undefined;
  dependencies(): Promise<readonly Dependency[]>;
  /** Makes the directories and files of a town, leaving what is there already as it is. */
  makeTown(input: { root: string; name: string }): { id: string } | Refusal;
  /** Puts the town into git, with a first commit. */
  intoGit(root: string): Promise<void>;
};

export type Installed = {
  readonly root: string;
  readonly name: string;
  readonly id: string;
  readonly git: boolean;
  readonly dependencies: readonly Dependency[];
};

const LONGEST_NAME = 100;

/**
 * Makes a town at a path, and starts nothing. TOWN_EXISTS inside a town, TOOL_MISSING when a program that gt cannot do without is missing or too old (agents
 * may be installed later: they are only listed), USAGE for a name that is none. A cut installation is finished by installing again.
 */
export async function install(
  ground: InstallGround,
  input: { path?: string; name?: string; git?: boolean } = {},
): Promise<Installed | Refusal> {
  const root = ground.place(input.path);
  const existing = ground.townAround(root);
  if (existing !== undefined) return refuse('TOWN_EXISTS', { path: root, root: existing });
  const name = (input.name ?? root.slice(root.lastIndexOf('/') + 1)).trim();
  if (name === '' || name.length > LONGEST_NAME || /[\x00-\x1f]/.test(name))
    return refuse('USAGE', {
      what: `A town's name has 1 to ${LONGEST_NAME} characters on one line.`,
      hint: 'Give another with --name.',
    });
  const dependencies = await ground.dependencies();
  const unfit = dependencies.filter((one) => one.kind === 'required' && !one.fit);
  if (unfit.length > 0) {
    const tools = unfit
      .map((one) => `${one.name}${one.need ? ` ${one.need} or newer` : ''}${one.version ? ` (found ${one.version})` : ''}`)
      .join(', ');
    return refuse('TOOL_MISSING', { tools, hint: unfit.map((one) => one.install).join(' ') });
  }
  const made = ground.makeTown({ root, name });
  if ('refused' in made) return made;
  if (input.git) await ground.intoGit(root);
  return { root, name, id: made.id, git: input.git ?? false, dependencies };
}
