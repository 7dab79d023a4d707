import { mkdirSync } from 'node:fs';
import { agentEnvironment } from '#core/agent-environment';
import { agentPrompt } from '#core/agent-prompt';
import type { Agent } from '#core/records';
import { templateOf } from '#core/roles';
import { rigLayout, type TownLayout } from '#world/config/layout';
import type { Rig } from '#world/world';
import type { LaunchGround } from './environment.ts';
import { type ChoiceGround, type Launch, start } from './launch.ts';

/** What a lasting agent rests on: the settings of its rig, and the branch that work lands on there; or the settings of the town. */
export type AgentGround = ChoiceGround & Partial<Pick<Rig, 'target'>>;

/** Starts the session of a lasting agent in the directory of its role. @throws Refused as `start` */
export function launchAgent(agent: Agent, of: AgentGround, ground: LaunchGround): Promise<Launch> {
  const { layout, bin, email } = ground;
  const { role, name, dir } = agent;
  const rig = agent.rig === '' ? undefined : agent.rig;
  mkdirSync(dir, { recursive: true });
  return start(
    {
      holder: agent,
      ground: of,
      home: homeOf(agent, layout),
      dir,
      autonomous: templateOf(role) === 'autonomous',
      own: agentEnvironment({
        role,
        rig,
        name,
        root: layout.root,
        dir,
        bin,
        beads: rig === undefined ? layout.beads : rigLayout(layout.root, rig).beads,
        email,
        agent: agent.using ?? '',
        token: agent.session?.token ?? '',
      }),
      prompts: (mode) => {
        const prompt = agentPrompt(agent, mode);
        return prompt === undefined ? {} : { prompt };
      },
    },
    ground,
  );
}

/** Where a role's settings stand: one level above its git directory, where it has one. */
function homeOf({ role, rig, dir }: Pick<Agent, 'role' | 'rig' | 'dir'>, { root, dogs }: TownLayout): string {
  if (role === 'dog') return dogs;
  const { crewFolder, refinery } = rigLayout(root, rig);
  if (role === 'crew') return crewFolder;
  return role === 'refinery' ? refinery.replace(/\/rig$/, '') : dir;
}

/** Where a lasting agent works. */
export function directoryOf({ role, rig, name }: Pick<Agent, 'role' | 'rig' | 'name'>, layout: TownLayout): string {
  const of = rigLayout(layout.root, rig);
  switch (role) {
    case 'mayor':
      return layout.mayor;
    case 'dog':
      return layout.dog(name);
    case 'crew':
      return of.crew(name);
    case 'witness':
      return of.witness;
    case 'refinery':
      return of.refinery;
    default:
      return layout.deacon;
  }
}
