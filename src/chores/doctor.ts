import { type Member, parentOf } from '#core/ids';
import { isRefusal, type Refusal } from '#core/refusals';
import { liveJobs } from '#ops/live-jobs';
import type { SecretFound } from '#world/agents/token';
import type { Stray } from '#world/processes/strays';
import type { RedisFacts } from '#world/redis/inspect';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';
import { type Check, good, ill, refused, some } from './check.ts';
import { type AgentsGround, contextFiles, definitions, environments } from './doctor-agents.ts';
import { type ContextGround, told } from './doctor-context.ts';
import { secretCheck, tokensCheck } from './doctor-secret.ts';
import { strays } from './doctor-strays.ts';

/** What the doctor looks at, for one town. */
export type DoctorGround = {
  git(): Promise<{ version: string; fit: boolean; need: string }>;
  /** Undefined when the terminals' library loads. */
  ptyFault(): Promise<string | undefined>;
  settings(): Refusal | undefined;
  secret(): SecretFound | Refusal;
  /** The token that a session gets. */
  tokenOf(secret: string, session: string): string;
  /** Names in the registry, and directories that say they are rigs. */
  rigNames(): { registered: readonly string[]; directories: readonly string[] } | Refusal;
  rig(name: string): Promise<Rig | Refusal>;
  /** The mark of a rig's bare repository, and whether its target exists; undefined without a repository. */
  repo(rig: Rig): Promise<{ mark: string | undefined; target: boolean } | undefined>;
  /** Names of the polecats' directories of a rig. */
  worktrees(rig: string): readonly string[];
  dirExists(path: string): boolean;
  redis(): Promise<(RedisFacts & { aof: boolean | undefined }) | Refusal>;
  processes(): ReadonlyArray<{ name: string; pid: number | null; state: string; why: string | null }>;
  isUp(): boolean;
  townId: string;
  now(): number;
  /** The books, when Redis can be reached, with what doctors alone look at. */
  books:
    | {
        readonly books: Books;
        exist(jobs: readonly Member[]): Promise<boolean[]>;
        unseenBefore(at: number): Promise<readonly string[]>;
      }
    | undefined;
  /** Sessions that the host has; a refusal when it does not answer. */
  sessions(): Promise<ReadonlyArray<{ id: string; state: string }> | Refusal>;
  /** Processes in the worktrees of these rigs that no token leads to. */
  strays(rigs: readonly string[]): Promise<Stray[]>;
  agents: AgentsGround;
  context: ContextGround;
};

/** A mark this old was relayed by nobody (ms). */
const OLD_MARK_MS = 60_000;

/**
 * Looks at everything, in order. What cannot be looked at without Redis or the host is left out, after saying that they are away. @param fix mends what can be
 * mended without harm; without it nothing is changed
 */
export async function doctor(ground: DoctorGround, { fix = false } = {}): Promise<Check[]> {
  const checks = [...(await tools(ground)), ...town(ground), await redis(ground)];
  const names = ground.rigNames();
  if (isRefusal(names)) checks.push(refused('rigs', 'registry', names));
  else checks.push(...registry(names), ...(await Promise.all(names.registered.map((name) => rig(ground, name)))).flat());
  checks.push(...(await definitions(ground.agents, isRefusal(names) ? [] : names.registered)));
  if (!isRefusal(names)) checks.push(strays(await ground.strays(names.registered)));
  if (!isRefusal(names)) checks.push(...(await contextFiles(ground.agents, names.registered, fix)));
  checks.push(...(await told(ground.context, isRefusal(names) ? [] : names.registered, fix)));
  if (ground.books) checks.push(...(await jobs(ground, ground.books)), ...(await runs(ground, ground.books.books)));
  return checks;
}

async function tools(ground: DoctorGround): Promise<Check[]> {
  const { version, fit, need } = await ground.git();
  const fault = await ground.ptyFault();
  return [
    fit ? good('tools', 'git', version) : ill('tools', 'git', `git ${version} is too old`, `Install git ${need} or newer.`),
    fault === undefined
      ? good('tools', 'pty', 'loads')
      : ill('tools', 'pty', `the terminals' library does not load: ${fault}`, 'Install gt again with npm on this machine.'),
  ];
}

function town(ground: DoctorGround): Check[] {
  const settings = ground.settings();
  const checks = [settings ? refused('town', 'settings', settings) : good('town', 'settings', 'valid')];
  if (!ground.isUp()) return [...checks, ill('town', 'processes', 'the town is not running', 'Start it with `gt up`.')];
  const down = ground.processes().filter(({ state }) => state !== 'running' && state !== 'elsewhere');
  const mend = 'The supervisor tries again by itself; `gt up` says what is wrong.';
  const lame = down.map(({ name, state, why }) => `${name} is ${state}${why ? ` (${why})` : ''}`);
  checks.push(lame.length > 0 ? ill('town', 'processes', some(lame), mend) : good('town', 'processes', 'all run'));
  return [...checks, secretCheck(ground.secret())];
}

async function redis(ground: DoctorGround): Promise<Check> {
  const facts = await ground.redis();
  if (isRefusal(facts)) return refused('redis', 'redis', facts);
  const { version, valkey, policy, aof } = facts;
  const name = valkey ? `Valkey ${valkey}` : `Redis ${version}`;
  if (aof === false)
    return ill(
      'redis',
      'redis',
      `${name} keeps no append-only file: a crash loses what was written since the last dump`,
      'Set `appendonly yes` there.',
    );
  return good('redis', 'redis', `${name}, ${policy}${aof ? ', append-only file on' : ''}`);
}

function registry({ registered, directories }: { registered: readonly string[]; directories: readonly string[] }): Check[] {
  const missing = registered.filter((name) => !directories.includes(name));
  const stray = directories.filter((name) => !registered.includes(name));
  const checks: Check[] = [];
  if (missing.length > 0)
    checks.push(
      ill(
        'rigs',
        'registry',
        `registered, but without a directory: ${some(missing)}`,
        'Restore the directory, or take the rig out of mayor/rigs.json.',
      ),
    );
  if (stray.length > 0)
    checks.push(
      ill(
        'rigs',
        'registry',
        `directories of rigs that are not registered: ${some(stray)}`,
        'Add it again: `gt rig add <name> <its git_url>`.',
      ),
    );
  return checks.length > 0 ? checks : [good('rigs', 'registry', `${registered.length} registered`)];
}

async function rig(ground: DoctorGround, name: string): Promise<Check[]> {
  const found = await ground.rig(name);
  if (isRefusal(found)) return [refused('rigs', `rig ${name}`, found)];
  const repo = await ground.repo(found);
  const id = `repo ${name}`;
  if (!repo)
    return [
      ill(
        'rigs',
        id,
        `${found.repo} is missing`,
        `Move ${found.layout.rig} away, take ${name} out of mayor/rigs.json, and add it again.`,
      ),
    ];
  if (repo.mark !== `${ground.townId}/${name}`)
    return [
      ill(
        'rigs',
        id,
        `its repository is marked ${repo.mark ?? 'with nothing'}`,
        `git -C ${found.repo} config gt.rig ${ground.townId}/${name}`,
      ),
    ];
  if (!repo.target)
    return [
      ill(
        'rigs',
        id,
        `it has no branch ${found.target}`,
        `Push it, or set merge_queue.target_branch in ${found.layout.settingsFile}.`,
      ),
    ];
  const left = (await ground.books?.books.count(`merges.unpushed:${name}`)) ?? 0;
  const used = ground.books ? new Set(await ground.books.books.index('names')) : undefined;
  const orphans = used ? ground.worktrees(name).filter((one) => !used.has(one)) : [];
  const checks =
    found.checks.commands.length > 0
      ? [good('rigs', id, `lands on ${found.target}`)]
      : [
          ill(
            'rigs',
            id,
            'no checks configured: what lands is not tested',
            `Set merge_queue.check in ${found.layout.settingsFile}.`,
          ),
        ];
  if (left > 0)
    checks.push(ill('rigs', `home ${name}`, `${left} landed, not brought to ${found.file.git_url}`, `See \`gt why ${name}\`.`));
  if (orphans.length > 0)
    checks.push(
      ill(
        'rigs',
        `worktrees ${name}`,
        `worktrees of no item: ${some(orphans)}`,
        `Look at them in ${found.layout.polecatsFolder}; remove what you do not need.`,
      ),
    );
  return checks;
}

async function jobs(ground: DoctorGround, { books, exist, unseenBefore }: NonNullable<DoctorGround['books']>): Promise<Check[]> {
  const lost: string[] = [];
  let total = 0;
  for await (const page of liveJobs(books)) {
    const there = await exist(page);
    lost.push(...page.filter((_, i) => !there[i]));
    total += page.length;
  }
  const old = await unseenBefore(ground.now() - OLD_MARK_MS);
  const wait = 'The worker adds and wakes them: `gt up`.';
  return [
    lost.length > 0
      ? ill('books', 'jobs', `records without a job: ${some(lost)}`, wait)
      : good('books', 'jobs', `${total} live, each has its job`),
    old.length > 0
      ? ill('books', 'unseen', `jobs that nobody woke for a minute: ${some(old)}`, wait)
      : good('books', 'unseen', 'nothing waits to be looked at'),
  ];
}

async function runs(ground: DoctorGround, books: Books): Promise<Check[]> {
  const live = await books.readMany('run', await books.index('runs.live'));
  const missing = live.filter((run) => run.state !== 'granted' && !ground.dirExists(run.dir)).map((run) => run.id);
  const lasting = await books.readMany('agent', await books.index('agents'));
  const checks = [
    missing.length > 0
      ? ill(
          'sessions',
          'worktrees',
          `runs whose worktree is gone: ${some(missing)}`,
          'See `gt why <run>`: its commits are in the branch and in refs/gt/snap.',
        )
      : good('sessions', 'worktrees', `${live.length} runs`),
    ...environments(ground.agents, [...live, ...lasting]),
  ];
  const found = ground.secret();
  if ('secret' in found) checks.push(tokensCheck((session) => ground.tokenOf(found.secret, session), [...live, ...lasting]));
  if (!ground.isUp()) return checks;
  const sessions = await ground.sessions();
  if (isRefusal(sessions)) return [...checks, refused('sessions', 'host', sessions)];
  const known = new Map([...live, ...lasting].map(({ id, session }) => [id, session?.id]));
  const stray = sessions.filter(({ id, state }) => state === 'running' && known.get(parentOf(id)) !== id).map(({ id }) => id);
  const lost =
    stray.length > 0
      ? ill(
          'sessions',
          'host',
          `sessions that belong to no run and no agent: ${some(stray)}`,
          'They may not hand anything in; `gt down` ends them.',
        )
      : good('sessions', 'host', `${sessions.length} sessions`);
  return [...checks, lost];
}
