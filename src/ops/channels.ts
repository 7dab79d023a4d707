import { unchanged } from '#core/change';
import { mailboxOf } from '#core/mail';
import type { Records } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';

type Channel = Records['channel'];

/** Who subscribes: a mailbox, and of an agent its line. */
export type Subscriber = { readonly box: string; readonly line?: string | undefined };

/** More is a list that nobody reads; a mail reaches no more mailboxes. */
const SUBSCRIBERS = 199;

/** Puts somebody on a channel; the first one makes it. */
export async function subscribe(desk: Desk, name: string, { box, line }: Subscriber): Promise<Channel | Refusal> {
  return desk.change(async (reading) => {
    const now = desk.clock.now();
    const channel = (await reading.get('channel', name)) ?? { id: name, subscribers: [], createdAt: now };
    if (isOn(channel, { box, line })) return unchanged(channel);
    if (channel.subscribers.length >= SUBSCRIBERS) return refuse('CHANNEL_FULL', { name, count: SUBSCRIBERS });
    const one = { box, ...(line !== undefined && { line }), at: now };
    const doc: Channel = { ...channel, subscribers: [...channel.subscribers, one] };
    return { put: [{ noun: 'channel', doc }], events: [{ type: 'channel.joined', subject: name, data: { box } }], answer: doc };
  });
}

/** Takes somebody off. The channel stays, with its posts. */
export async function unsubscribe(desk: Desk, name: string, who: Subscriber): Promise<Channel | Refusal> {
  return desk.change(async (reading) => {
    const channel = await reading.get('channel', name);
    if (!channel) return refuse('CHANNEL_UNKNOWN', { name, address: name });
    if (!isOn(channel, who)) return unchanged(channel);
    const left = channel.subscribers.filter((one) => mailboxOf(same(one)) !== mailboxOf(same(who)));
    const doc: Channel = { ...channel, subscribers: left };
    return {
      put: [{ noun: 'channel', doc }],
      events: [{ type: 'channel.left', subject: name, data: { box: who.box } }],
      answer: doc,
    };
  });
}

const same = ({ box, line }: Subscriber) => ({ box, ...(line !== undefined && { line }) });
const isOn = ({ subscribers }: Channel, who: Subscriber): boolean =>
  subscribers.some((one) => mailboxOf(same(one)) === mailboxOf(same(who)));
