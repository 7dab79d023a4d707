import type { Settings } from '#core/settings';

/** A role of a rig: whether somebody has it, and which setting says so. */
export type Role = {
  readonly role: 'polecats' | 'witness' | 'refinery' | 'mayor';
  readonly is: 'on' | 'off' | 'by hand';
  /** What it means that it is so. */
  readonly does: string;
  readonly setting: string;
  /** The file that says so; null where nobody has said anything. */
  readonly from: string | null;
};

/** Which roles a rig runs with. Each of them may be off, and the others work. @param origins the file of each value, `default` where there is none */
export function rigRoles(
  { spawn, witness, merge_queue, mayor }: Pick<Settings, 'spawn' | 'witness' | 'merge_queue' | 'mayor'>,
  origins: Readonly<Record<string, string>> = {},
): Role[] {
  const from = (setting: string) => {
    const file = origins[setting];
    return { setting, from: file === undefined || file === 'default' ? null : file };
  };
  const which = (on: boolean) => (on ? 'on' : 'off') as Role['is'];
  return [
    {
      role: 'polecats',
      is: spawn === 'manual' ? 'by hand' : 'on',
      does: spawn === 'manual' ? 'gt makes worktrees, you start agents in them' : 'gt starts an agent for each item',
      ...from('spawn'),
    },
    {
      role: 'witness',
      is: which(witness.enabled),
      does: witness.enabled
        ? 'agents that end are started again'
        : 'an agent that ends is not started again: its item waits for you',
      ...from('witness.enabled'),
    },
    {
      role: 'refinery',
      is: which(merge_queue.enabled),
      does: merge_queue.enabled
        ? 'what is handed in is checked, and lands'
        : 'what is handed in stays submitted: gt land --direct',
      ...from('merge_queue.enabled'),
    },
    {
      role: 'mayor',
      is: which(mayor.auto_start),
      does: mayor.auto_start ? 'gt up wants one' : 'gt up starts none',
      ...from('mayor.auto_start'),
    },
  ];
}
