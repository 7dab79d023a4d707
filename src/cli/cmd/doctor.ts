import { agentCheck, isTryable } from '#chores/agent-check';
import { type AgentReport, reportOf } from '#chores/agent-check/report';
import type { Check } from '#chores/check';
import { doctor as examined } from '#chores/doctor';
import { agentReport } from '#cli/agent-report';
import { type Call, command, type Show } from '#cli/command';
import { table } from '#cli/table';
import { townOf, withDesk } from '#cli/wire';
import { parseDuration } from '#core/durations';
import { explain, isRefusal, type Refusal, refuse } from '#core/refusals';

type Examined = { readonly checks: readonly Check[]; readonly books: string };

const WAIT = '60s';

/** Looks for what is wrong: with the town, or with the program of an agent. */
export const doctor = command({
  options: [
    { name: 'fix', help: 'mend what can be mended without harm' },
    { name: 'agent', value: 'name', help: "try this agent's program, with a model that is played; needs no town that runs" },
    { name: 'wait', value: 'duration', help: `how long each look at an agent may take; ${WAIT} unless said` },
  ],
  about:
    'Changes nothing without --fix. Ends with 1 when something is wrong; works without Redis too. With --agent the installed program is started in a temporary folder, with a configuration of its own and a scripted model on this machine: whether it starts without a question, takes prompts and nudges, calls the hooks, runs tools, ends and goes on. What does not come as its preset says is told, with the weaker sign that gt uses instead.',
  example: 'gt doctor --agent claude',
  run: async (call): Promise<Examined | AgentReport | Refusal> => {
    const { agent, wait } = call.opts;
    if (agent !== undefined) return tried(call, agent, wait ?? WAIT);
    if (wait !== undefined) return refuse('USAGE', { what: '--wait is for --agent.', hint: 'See `gt doctor --help`.' });
    const town = townOf(call);
    if (isRefusal(town)) return town;
    const { forDoctor } = await import('#cli/wire-doctor');
    const whole = await withDesk(call, { wait: 'person' }, async (open) => ({
      checks: await examined(await forDoctor(town, open, call.io), call.opts),
    }));
    if (!isRefusal(whole)) return { ...whole, books: 'read' };
    return { checks: await examined(await forDoctor(town, undefined, call.io), call.opts), books: explain(whole).says };
  },
  text: (value, show) => ('looks' in value ? agentReport(value, show) : examinedText(value, show)),
  exit: (value) => (('looks' in value ? value.usable : value.checks.every(({ ok }) => ok)) ? 0 : 1),
});

async function tried(
  { global, io, say }: Pick<Call, 'global' | 'io' | 'say'>,
  name: string,
  wait: string,
): Promise<AgentReport | Refusal> {
  const waitMs = parseDuration(wait);
  if (waitMs === undefined || waitMs === 0)
    return refuse('USAGE', { what: `--wait is no duration: ${wait}.`, hint: 'Say it like `30s`, `2m` or `1m30s`.' });
  const { agentNamed, forAgentCheck } = await import('#cli/wire-agent-check');
  const agent = agentNamed({ global, io }, name);
  if (isRefusal(agent)) return agent;
  const { preset } = agent;
  if (!isTryable(preset))
    return { ...reportOf({ agent: name, program: preset.command, preset }, [], []), looks: [], untried: null };
  const ground = forAgentCheck(agent, waitMs, io);
  if (isRefusal(ground)) return ground;
  say(`Trying ${ground.check.program}, each look for ${wait} at most …`);
  try {
    return await agentCheck(ground.check);
  } finally {
    ground.done();
  }
}

function examinedText({ checks, books }: Examined, { paint, quiet }: Show): string {
  const shown = quiet ? checks.filter(({ ok }) => !ok) : checks;
  const rows = shown.map(({ id, category, ok, found, mend }) => [
    ok ? paint.green('ok') : paint.red('ill'),
    category,
    id,
    mend === null ? found : `${found}. ${paint.cyan(mend)}`,
  ]);
  const bad = checks.filter(({ ok }) => !ok).length;
  const last = bad === 0 ? 'All is well.' : `${bad} of ${checks.length} need mending.`;
  return [table(rows), ...(books === 'read' ? [] : [paint.yellow(`The books were not looked at: ${books}`)]), last].join('\n');
}
