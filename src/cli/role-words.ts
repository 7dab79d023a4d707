import type { Option, Positional } from './command.ts';
import type { LastingRole, Named } from './wire-lasting.ts';

/** How each role's commands name whom they mean: nobody (there is one in the town), a rig, or a name. */

const RIG: Positional = { name: 'rig', help: 'whose; the one that this directory is in if left out' };
const OF_RIG: Option = { name: 'rig', value: 'rig', help: 'whose; the one that this directory is in if left out' };

export type RoleWords = {
  readonly role: LastingRole;
  readonly args: readonly Positional[];
  readonly options: readonly Option[];
  /** For examples: the words that come after the verb. */
  readonly example: string;
};

const NAME = (help: string): Positional => ({ name: 'name', required: true, help });

const WORDS: { readonly [R in LastingRole]: Omit<RoleWords, 'role'> } = {
  mayor: { args: [], options: [], example: '' },
  deacon: { args: [], options: [], example: '' },
  boot: { args: [], options: [], example: '' },
  witness: { args: [RIG], options: [], example: ' shop' },
  refinery: { args: [RIG], options: [], example: ' shop' },
  crew: { args: [NAME('who: ann, or shop/ann')], options: [OF_RIG], example: ' ann --rig shop' },
  dog: { args: [NAME('which one')], options: [], example: ' rex' },
};

export const wordsOf = (role: LastingRole): RoleWords => ({ role, ...WORDS[role] });

/** Whom the words of a call name. */
export function namedBy(role: LastingRole, args: object, opts: object): Named {
  const { name, rig } = { ...opts, ...args } as { name?: string; rig?: string };
  return { role, name, rig };
}
