import { isRefusal, type Refusal, Refused, refuse } from '#core/refusals';
import type { ProcessFact, SessionFact, TownFacts } from '#views/facts';
import { readText } from '#world/config/json-file';
import { socketPath } from '#world/config/runtime';
import { liveIn } from '#world/processes/pid-file';
import { readSupervisorRecord } from '#world/processes/supervisor-record';
import type { Host } from '#world/pty/host';
import { isUp, redisOf, type Town } from './wire.ts';

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
    processes: processesOf(town),
    board: readText(town.layout.boardAddress)?.trim() || null,
    maxPolecats: loaded.settings.max_polecats,
  };
}

function processesOf(town: Town): ProcessFact[] {
  const record = readSupervisorRecord(town.root);
  const where = redisOf(town);
  const own = isRefusal(where) || ('path' in where && where.path === socketPath(town.root, 'redis'));
  return (['supervisor', 'redis', 'host', 'worker'] as const).map((name): ProcessFact => {
    if (name === 'redis' && !own) return { name, pid: null, state: 'elsewhere', since: null, why: null };
    const pid = liveIn(town.layout.pidFile(name))?.pid ?? null;
    if (name === 'supervisor')
      return { name, pid, state: pid === null ? 'stopped' : 'running', since: record?.startedAt ?? null, why: null };
    const child = record?.children[name];
    const state = pid === null && (child === undefined || child.state === 'running') ? 'stopped' : (child?.state ?? 'running');
    return { name, pid, state, since: child?.since ?? null, why: child?.why ?? null };
  });
}

/** The town's PTY host, as people use it. HOST_DOWN when it does not answer, HOST_UNSAFE when others could. */
export async function openHost(town: Town): Promise<Host | Refusal> {
  const path = socketPath(town.root, 'host');
  if (isRefusal(path)) return path;
  const [{ connectHost }, { readToken }] = await Promise.all([import('#world/pty/client'), import('#world/pty/access')]);
  try {
    return await connectHost({ path, token: readToken(town.layout.hostToken), build: 'gt' });
  } catch (fault) {
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
