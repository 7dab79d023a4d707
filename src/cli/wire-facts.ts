import { isRefusal, type Refusal, Refused, refuse } from '#core/refusals';
import type { ProcessFact, SessionFact, TownFacts } from '#views/facts';
import type { WhyFacts } from '#views/why';
import { promptFaults } from '#world/agents/prompt-files';
import { buildName } from '#world/build';
import { readText } from '#world/config/json-file';
import { socketPath } from '#world/config/runtime';
import { askLine } from '#world/processes/line-socket';
import { liveIn } from '#world/processes/pid-file';
import { readSupervisorRecord } from '#world/processes/supervisor-record';
import type { Host } from '#world/pty/host';
import { isUp, redisOf, type Town } from './wire.ts';

/** How long `gt status` waits for a worker to say which build it is, ms. */
const ASK_MS = 1000;

/** Facts for views: what runs of a town, and what its PTY host knows. */

/** The town's processes by their pid files, with what the supervisor last wrote of them; and how many slots there are. */
export async function factsOf(town: Town): Promise<TownFacts | Refusal> {
  const { loadTownSettings } = await import('#world/config/settings');
  const loaded = loadTownSettings(town.root);
  if (isRefusal(loaded)) return loaded;
  return {
    name: town.name,
    root: town.root,
    up: isUp(town),
    processes: processesOf(town, await buildsOf(town)),
    board: readText(town.layout.boardAddress)?.trim() || null,
    maxPolecats: loaded.settings.max_polecats,
    maxSessions: loaded.settings.max_sessions_per_agent,
  };
}

/** Which gt the host and the worker are of: they are asked, for the files beneath them may be another's by now. */
async function buildsOf(town: Town): Promise<{ host?: string; worker?: string }> {
  if (!isUp(town)) return {};
  const socket = socketPath(town.root, 'worker');
  const asked = isRefusal(socket) ? undefined : askLine(socket, { do: 'ping' }, ASK_MS).catch(() => undefined);
  const [host, answer] = await Promise.all([openHost(town), asked]);
  const worker = answer?.['build'];
  if (!isRefusal(host)) host.close();
  return { ...(isRefusal(host) ? {} : { host: host.build }), ...(typeof worker === 'string' ? { worker } : {}) };
}

function processesOf(town: Town, builds: { host?: string; worker?: string }): ProcessFact[] {
  const record = readSupervisorRecord(town.root);
  const where = redisOf(town);
  const own = isRefusal(where) || ('path' in where && where.path === socketPath(town.root, 'redis'));
  return (['supervisor', 'redis', 'host', 'worker'] as const).map((name): ProcessFact => {
    if (name === 'redis' && !own) return { name, pid: null, state: 'elsewhere', since: null, why: null, build: null };
    const pid = liveIn(town.layout.pidFile(name))?.pid ?? null;
    if (name === 'supervisor')
      return { name, pid, state: pid === null ? 'stopped' : 'running', since: record?.startedAt ?? null, why: null, build: null };
    const child = record?.children[name];
    const state = pid === null && (child === undefined || child.state === 'running') ? 'stopped' : (child?.state ?? 'running');
    const build = (name === 'redis' ? null : builds[name]) ?? null;
    return { name, pid, state, since: child?.since ?? null, why: child?.why ?? null, build };
  });
}

/** What is wrong with what agents are told. */
export const promptsOf =
  (town: Town): NonNullable<WhyFacts['prompts']> =>
  (who) =>
    promptFaults(town.layout, who);

/** The town's PTY host, as people use it. HOST_DOWN when it does not answer, HOST_UNSAFE when others could. */
export async function openHost(town: Town): Promise<Host | Refusal> {
  const path = socketPath(town.root, 'host');
  if (isRefusal(path)) return path;
  const [{ connectHost }, { readToken }, { HostRefused }] = await Promise.all([
    import('#world/pty/client'),
    import('#world/pty/access'),
    import('#world/pty/host'),
  ]);
  try {
    return await connectHost({ path, token: readToken(town.layout.hostToken), build: buildName(process.env) });
  } catch (fault) {
    if (fault instanceof HostRefused && fault.code === 'PROTOCOL_UNKNOWN')
      return refuse('HOST_PROTOCOL', { why: fault.message.replace(/: restart .*$/, '') });
    if (fault instanceof Refused) return fault.refusal;
    if (fault instanceof Error && 'code' in fault && fault.code === 'UNSAFE_PATH')
      return refuse('HOST_UNSAFE', { why: fault.message });
    return isUp(town) ? refuse('HOST_DOWN', { why: (fault as Error).message.split('\n')[0] ?? '' }) : refuse('TOWN_DOWN');
  }
}

/** Asks the host of sessions, and lets it go at the end; a host that does not answer knows nothing. */
export async function withSessions<T>(
  town: Town,
  use: (session: (id: string) => Promise<SessionFact | undefined>) => Promise<T>,
): Promise<T> {
  const host = await openHost(town);
  if (isRefusal(host)) return use(async () => undefined);
  try {
    return await use((id) => host.get(id).catch(() => undefined));
  } finally {
    host.close();
  }
}
