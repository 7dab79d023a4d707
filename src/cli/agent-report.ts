import { type AgentReport, type Look, mendOf } from '#chores/agent-check/report';
import type { Show } from './command.ts';
import { table } from './table.ts';

const SECOND = 1000;

/** What was seen of an agent's program, for people. */
export function agentReport(report: AgentReport, { paint, quiet }: Pick<Show, 'paint' | 'quiet'>): string {
  const { agent, program, looks, beyond, untried } = report;
  const shown = quiet ? looks.filter(({ result }) => result !== 'ok' && result !== 'untried') : looks;
  const colours = { ok: paint.green, weaker: paint.yellow, failed: paint.red, untried: paint.dim };
  const rows = shown.map(({ id, result, seen, ms }) => [colours[result](result), id, taken(ms), seen]);
  const lines = [
    ...(quiet || looks.length === 0 ? [] : [`${paint.bold(agent)}: ${program}`]),
    ...(rows.length === 0 ? [] : [table(rows)]),
    ...(untried === null ? [] : [`Not all was tried: ${untried}.`]),
    ...(beyond.length === 0 ? [] : [paint.dim(`It asked for what nobody gave it: ${beyond.slice(0, 5).join('; ')}.`)]),
  ];
  const mend = mendOf(report);
  return [...lines, ...(mend === undefined ? [] : [paint.cyan(mend)]), verdict(report)].join('\n');
}

const taken = (ms: Look['ms']): string => (ms === null ? '' : ms < SECOND ? `${ms} ms` : `${(ms / SECOND).toFixed(1)} s`);

function verdict({ agent, looks, usable, uses }: AgentReport): string {
  if (looks.length === 0)
    return `There is nothing to try with ${agent}: it runs without a model and without a screen of its own.`;
  const bad = looks.filter(({ result }) => result === 'failed').map(({ id }) => id);
  if (!usable) return `gt cannot use ${agent} so: ${bad.join(', ')} failed.`;
  const weak = looks.filter(({ result }) => result === 'weaker').map(({ id }) => id);
  const but = weak.length === 0 ? '' : `; weaker than its preset says: ${weak.join(', ')}`;
  if (uses === null) return `${agent} starts${but}.`;
  const how = uses === 'hooks' ? 'its hooks tell what it does' : 'its screen alone tells what it does';
  return `gt can use ${agent}: ${how}${but}.`;
}
