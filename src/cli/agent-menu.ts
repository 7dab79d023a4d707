import type { AgentLine } from '#views/agents';
import type { Show } from './command.ts';
import { agentRow } from './role-text.ts';
import { table } from './table.ts';

/** The menu of agents as it stands on a terminal: the chosen one is marked; `said` is what became of the last choice. */
export function menuText(agents: readonly AgentLine[], at: number, said: string, show: Pick<Show, 'paint' | 'now'>): string {
  const { paint } = show;
  const rows = agents.map((one, index) => {
    const number = index < 9 ? String(index + 1) : '';
    const cells = agentRow(one, show);
    return index === at ? [paint.cyan('❯'), number, ...cells] : [' ', paint.dim(number), ...cells];
  });
  const body = rows.length > 0 ? table(rows) : 'No agent is here. Talk to one: gt mayor attach';
  const keys = paint.dim('↑ ↓ or j k choose · Enter or a number attaches · Ctrl+\\ comes back · q leaves');
  return [paint.bold('Agents'), '', body, '', ...(said === '' ? [] : [said, '']), keys].join('\n');
}
