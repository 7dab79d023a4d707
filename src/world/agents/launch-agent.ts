import { mkdirSync } from 'node:fs';
import { agentEnvironment } from '#core/agent-environment';
import { agentBeacon, agentPrompt } from '#core/agent-prompt';
import type { Agent } from '#core/records';
import { orThrow } from '#core/refusals';
import { templateOf } from '#core/roles';
import { rigLayout, type TownLayout } from '#world/config/layout';
import { readTown } from '#world/config/town';
import { setRefineryNote } from './context-notes.ts';
import type { LaunchGround } from './environment.ts';
import { type ChoiceGround, type Launch, start } from './launch.ts';
import { roleHome } from './role-home.ts';

/** Starts the session of a lasting agent in the directory of its role. @throws Refused as `start` */
export async function launchAgent(agent: Agent, of: ChoiceGround, ground: LaunchGround): Promise<Launch> {
  const { layout, bin, email } = ground;
  const { role, name, dir } = agent;
  const rig = agent.rig === '' ? undefined : agent.rig;
  mkdirSync(dir, { recursive: true });
  await noteOnDisk(agent, true, layout);
  return start(
    {
      holder: agent,
      ground: of,
      home: roleHome(role, dir),
      dir,
      template: templateOf(role),
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
        return prompt === undefined ? { beacon: agentBeacon(agent, mode) } : { prompt };
      },
    },
    ground,
  );
}

/** The `CLAUDE.md` of a refinery is there while an agent sits in it. */
export async function noteOnDisk({ role, rig }: Agent, isThere: boolean, layout: TownLayout): Promise<void> {
  if (role !== 'refinery') return;
  await setRefineryNote(layout, orThrow(readTown(layout.root)).name, rig, isThere);
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
