import { unchanged } from '#core/change';
import type { Proto } from '#core/formula/proto';
import type { Records } from '#core/records';
import type { Refusal } from '#core/refusals';
import type { Desk } from '#world/desk';

type Stored = Records['proto'];
type Answer = { readonly proto: Stored; readonly fresh: boolean };

/** Digits of the hash in an id: two contents of one id would take millions of formulas. */
const DIGITS = 12;

const protoId = ({ hash }: Proto): string => `proto-${hash.slice(0, DIGITS)}`;

/** Stores a cooked formula under the hash of its content. The same content is stored once: the record that is there is the answer. */
export async function storeProto(desk: Desk, proto: Proto, source: string): Promise<Answer | Refusal> {
  const id = protoId(proto);
  return desk.change<Answer>(async (reading) => {
    const there = await reading.get('proto', id);
    if (there) return unchanged<Answer>({ proto: there, fresh: false });
    const { formula, title, type, version, labels, phase, steps } = proto;
    const doc: Stored = {
      ...{ id, formula, title, type, version, phase, source },
      labels: [...labels],
      steps: steps.length,
      createdAt: desk.clock.now(),
      createdBy: desk.actor,
    };
    return {
      put: [{ noun: 'proto', doc }],
      text: [{ id, fields: desk.plans.pack(proto) }],
      events: [{ type: 'proto.stored', subject: id, data: { formula, steps: doc.steps } }],
      answer: { proto: doc, fresh: true },
    };
  });
}
