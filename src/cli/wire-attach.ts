import type { Left } from '#chores/attach/attach';
import { addressOf, type Holder, isAgent, isOver, lineOf } from '#core/holder';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { type ControlKey, controlKey } from '#core/terminal/keys';
import { HostGone, HostRefused } from '#world/pty/host';
import { agentMeant, onlyAgent } from './agent-run.ts';
import type { Call } from './command.ts';
import { type Town, townOf, withDesk } from './wire.ts';
import { openHost } from './wire-facts.ts';
import { ownTerminal } from './wire-terminal.ts';

/** The caller's terminal and an agent's, put together. */

/** What is asked: who, and whether only to look; `verb` is the word that asks. */
export type AttachWish = { readonly agent: string | undefined; readonly readOnly: boolean; readonly verb: string };

/** How an attachment ended. */
export type Visited = Left & { readonly agent: string; readonly session: string };

/** Attaches the caller's terminal to an agent's, until one of the two ends it. */
export async function visit(
  from: Pick<Call, 'global' | 'io'>,
  { agent, readOnly, verb }: AttachWish,
): Promise<Visited | Refusal> {
  const { io } = from;
  if (io.env['GT_SESSION']) return refuse('ATTACH_NESTED', { agent: agent ?? '<agent>' });
  const terminal = ownTerminal();
  if (!terminal) return refuse('NOT_A_TERMINAL', { verb, agent: agent ?? '<agent>' });
  const town = townOf(from);
  if (isRefusal(town)) return town;
  const key = await detachKeyOf(town, io.env);
  if (isRefusal(key)) return key;
  const holder = await withDesk(from, { wait: 'person' }, async (open) => {
    const name = agent ?? (await onlyAgent(open));
    return isRefusal(name) ? name : agentMeant(open, name);
  });
  if (isRefusal(holder)) return holder;
  const about = {
    agent: isAgent(holder) ? addressOf(holder) : `${holder.rig}/${holder.name}`,
    session: holder.session?.id ?? '',
  };
  const host = await openHost(town);
  if (isRefusal(host)) return host;
  try {
    const over = overBy(holder, agent, await host.get(about.session || 'none'));
    if (over !== undefined) return refuse('SESSION_OVER', { agent: about.agent, how: over });
    const [{ attach }, { Crop }] = await Promise.all([import('#chores/attach/attach'), import('#world/pty/screen/crop')]);
    const left = await attach({
      host,
      terminal,
      session: about.session,
      title: isAgent(holder) ? about.agent : `${about.agent}, ${lineOf(holder)}`,
      readOnly,
      detachKey: key,
      part: (size, picture) => new Crop(size, picture),
      after: (ms, todo) => {
        const timer = setTimeout(todo, ms);
        return () => clearTimeout(timer);
      },
    });
    return left.left === 'lost' ? refuse('ATTACH_LOST', { agent: about.agent, why: left.why }) : { ...about, ...left };
  } catch (fault) {
    return refusalOf(fault, about.agent) ?? Promise.reject(fault);
  } finally {
    host.close();
  }
}

/** What a person is told when the host would not; undefined for what is no answer of a host. */
function refusalOf(fault: unknown, agent: string): Refusal | undefined {
  if (fault instanceof HostGone) return refuse('ATTACH_LOST', { agent, why: fault.message });
  if (!(fault instanceof HostRefused)) return undefined;
  if (fault.code === 'SESSION_UNKNOWN') return refuse('SESSION_OVER', { agent, how: 'the host has just forgotten its session' });
  return refuse(fault.code === 'FEATURE_MISSING' ? 'HOST_LACKS' : 'ATTACH_LOST', { agent, why: fault.message });
}

/** Why there is nothing to attach to, if there is not. */
function overBy(holder: Holder, asked: string | undefined, info: { state: string } | undefined): string | undefined {
  const { session } = holder;
  if (!session) return 'its session has not begun';
  if (asked && /\.s\d+$/.test(asked) && asked !== session.id) return `session ${asked} is over`;
  if (session.exit || isOver(holder)) return `session ${session.id} is over`;
  if (!info) return `the host does not know its session ${session.id}`;
  return info.state === 'running' ? undefined : `session ${session.id} has ended`;
}

/** GT_DETACH_KEY, else what the settings say. */
async function detachKeyOf(town: Town, env: Readonly<Record<string, string | undefined>>): Promise<ControlKey | Refusal> {
  const named = env['GT_DETACH_KEY'];
  if (named) {
    const hint = 'Take ctrl- and a letter or one of \\ ] ^ _ @, and not ctrl-c.';
    return controlKey(named) ?? refuse('USAGE', { what: `GT_DETACH_KEY cannot be \`${named}\`.`, hint });
  }
  const { loadTownSettings } = await import('#world/config/settings');
  const loaded = loadTownSettings(town.root);
  if (isRefusal(loaded)) return loaded;
  return controlKey(loaded.settings.attach.detach_key) ?? { byte: 0x1c, code: 0x5c };
}
