import { addressOf } from '#core/holder';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Call } from './command.ts';
import { withDesk } from './wire.ts';
import { cannotVisit, type Visited, visit } from './wire-attach.ts';
import { type Named, startAgent, untilThere } from './wire-lasting.ts';

/** What is asked of an attachment to an agent that lasts. */
export type LastingVisit = Named & { readonly agent?: string | undefined; readonly readOnly: boolean };

/** Attaches to an agent that lasts; one that is not there is started first, and waited for. */
export async function attachLasting(call: Pick<Call, 'global' | 'io' | 'say'>, wish: LastingVisit): Promise<Visited | Refusal> {
  const { io, say } = call;
  const verb = `${wish.role} attach`;
  const unable = cannotVisit(io, verb, wish.name ?? wish.rig ?? wish.role);
  if (unable) return unable;
  const begun = await startAgent(call, wish, { agent: wish.agent });
  if (isRefusal(begun)) return begun;
  const { agent, already } = begun;
  const address = addressOf(agent);
  if (!already || agent.session === undefined || agent.session.exit) say(`Starting ${address} …`);
  const there = await withDesk(call, { wait: 'person' }, (open) => untilThere(open, agent.id, io));
  return isRefusal(there) ? there : visit(call, { agent: address, readOnly: wish.readOnly, verb });
}
