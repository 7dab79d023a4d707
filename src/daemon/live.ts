import { execFile } from 'node:child_process';
import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Member } from '#core/ids';
import type { Agent } from '#core/records';
import { writeBin } from '#world/agents/bin';
import { writeCloneNote } from '#world/agents/context-notes';
import { type actorOf, identityOf, type LaunchGround } from '#world/agents/environment';
import { agentFor, launch, presetName } from '#world/agents/launch';
import { launchAgent, noteOnDisk } from '#world/agents/launch-agent';
import { inWorktrees } from '#world/agents/lay-out';
import { sessionToken, townSecret } from '#world/agents/token';
import { makeCheck } from '#world/checks/slots';
import { systemClock } from '#world/clock';
import { makeCommands } from '#world/commands/commands';
import { townLayout } from '#world/config/layout';
import { prune } from '#world/config/prune';
import type { Files } from '#world/config/watched';
import { type CookWish, cookWith } from '#world/formulas/cook-with';
import { formulaFiles } from '#world/formulas/formula-files';
import { makeLooks } from '#world/gates/looks';
import { makeGit } from '#world/git/make';
import type { News } from '#world/news';
import { killTree } from '#world/processes/kill';
import { jobsFor } from '#world/queue/jobs';
import { makeFence } from '#world/store/fence';
import type { Rig, World } from '#world/world';
import type { HostLine } from './host-line.ts';
import type { Footing } from './sleepers.ts';

const programOf = (bin: 'gt' | 'bd') => fileURLToPath(new URL(`../../bin/${bin}.js`, import.meta.url));
/** What agents call. */
const PROGRAMS = { gt: programOf('gt'), gtr: programOf('gt'), bd: programOf('bd') };

export type LiveGround = {
  readonly root: string;
  readonly townId: string;
  readonly footing: Footing;
  readonly files: Files;
  readonly host: HostLine;
  readonly news: News;
};

/** Puts the world of the worker together; each line ends with what it needs. `worldOf(job)` is what that job's processor is handed. */
export async function liveWorld({
  root,
  townId,
  footing,
  files,
  host,
  news,
}: LiveGround): Promise<{ worldOf: (self: Member) => World; world: World }> {
  const layout = townLayout(root);
  const worker = `${townId}.${footing.epoch}`; // by which a successor finds this worker's git and checks
  const fence = makeFence(footing.link, footing.desk.books.keys, footing.epoch); // the books
  const git = makeGit({ now: systemClock.now, env: process.env, worker, fence }); // clock, environment, fence
  const { log } = footing.desk;
  const secret = await townSecret(layout.secret, (lost) =>
    lost === 'missing'
      ? log.info("the town's secret was drawn", { file: layout.secret })
      : log.warn("the town's secret was lost, and a new one drawn", { file: layout.secret, was: lost }),
  ); // a file of the town
  const owner = await ownerOf(); // git's own settings
  const agents: LaunchGround = {
    layout,
    env: process.env,
    bin: join(writeBin(join(layout.runtime, 'bin'), process.execPath, PROGRAMS), 'gt'),
    email: owner.email,
  };
  const kill = (request: Parameters<typeof killTree>[0]) => killTree({ ...request, fence }); // fence
  const check = makeCheck({
    now: systemClock.now,
    killTree: kill,
    env: process.env,
    fence,
    git,
    runtime: layout.runtime,
    worker,
  });
  const commands = makeCommands({
    clock: systemClock,
    killTree: kill,
    env: process.env,
    fence,
    bin: agents.bin,
    townId,
    worker,
    folder: join(layout.runtime, 'commands'),
    mark: (members) => void mark(footing, members),
  });
  const queues = jobsFor(footing.link, footing.desk.books.keys, footing.jobs, footing.epoch);
  const rest = {
    epoch: footing.epoch,
    town: { id: townId, layout },
    git,
    host: host.now,
    news,
    ...files,
    formulas: (rig: string) => formulaFiles(layout, rig),
    cook: (rig: string, wish: CookWish) => cookWith(formulaFiles(layout, rig), wish),
    queues,
    prune: (before: number) => prune(layout, before),
    kill,
    check,
    looks: makeLooks({ env: process.env, worker }),
    commands,
    agents: agentsOf(agents, owner.name, (session) => sessionToken(townId, secret, session), files),
  };
  return { world: { ...rest, desk: footing.desk }, worldOf: (self) => ({ ...rest, desk: footing.deskOf(self) }) };
}

/** What the world does with agent programs. @param user the person's name, as git has it */
function agentsOf(
  ground: LaunchGround,
  user: string,
  token: World['agents']['token'],
  files: Pick<Files, 'settings' | 'rig'>,
): World['agents'] {
  const groundOf = (rig: string) => (rig === '' ? { settings: files.settings() } : files.rig(rig));
  return {
    token,
    launch: (...[run, work, rig, text, molecule]: Parameters<World['agents']['launch']>) =>
      launch(run, work, rig, text, { ...ground, molecule }),
    launchAgent: (agent: Agent) => launchAgent(agent, groundOf(agent.rig), ground),
    choose: ({ using: _, ...agent }: Agent) => presetName(agent as Agent, groundOf(agent.rig)),
    ...inWorktrees(ground),
    cleared: (agent: Agent) => noteOnDisk(agent, false, ground.layout),
    cloned: (rig: Rig) => writeCloneNote(rig.name, rig.layout),
    preset: (...[holder]: Parameters<World['agents']['preset']>) => agentFor(holder, groundOf(holder.rig), ground.layout).preset,
    identity: async (run: Parameters<typeof actorOf>[0]) => identityOf(run, ground.email),
    user: async () => user,
  };
}

async function ownerOf(): Promise<{ name: string; email: string }> {
  const ask = async (key: string) => {
    const { stdout } = await promisify(execFile)('git', ['config', '--global', '--get', key], {
      cwd: dirname(process.execPath),
    }).catch(() => ({ stdout: '' }));
    return stdout.trim();
  };
  const { username } = userInfo();
  return { name: (await ask('user.name')) || username, email: (await ask('user.email')) || `${username}@${hostname()}` };
}

/** Marked, not only woken: a job that is on its way to be parked would not hear a wake. */
async function mark({ desk }: Footing, members: readonly Member[]): Promise<void> {
  await desk
    .change(() => ({ put: [], marks: members, answer: undefined }))
    .catch((fault: unknown) => desk.log.fault('call to a place', fault));
}
