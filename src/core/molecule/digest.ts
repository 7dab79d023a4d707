import { DIGEST_BYTES, DIGEST_LINE_BYTES } from '#core/limits';
import type { Step } from '#core/records';
import type { Tree } from './tree.ts';

/** What is told of a molecule when its steps go: how it ended, how many steps stood how, and of each its title and what proved it. At most 256 kB. */
export function digestText(tree: Tree): string {
  const { mol, gates } = tree;
  const steps = [...tree.steps].sort((a, b) => a.seq - b.seq);
  const counts = new Map<string, number>();
  for (const step of steps) counts.set(standing(step), (counts.get(standing(step)) ?? 0) + 1);
  const counted = [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
  const head = [
    `${mol.title} (${mol.formula}): ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}${counted ? `: ${counted}` : ''}`,
    mol.closed ? `Ended as ${mol.closed.outcome}: ${mol.closed.reason}` : 'Squashed before it had ended',
    ...(gates.length > 0 ? [`${gates.length} ${gates.length === 1 ? 'gate' : 'gates'}`] : []),
    ...tree.nested.map(
      ({ mol: one, steps: inner }) => `With ${one.id} ${one.title}: ${inner.length} steps, ${one.closed?.outcome ?? 'open'}`,
    ),
  ];
  return fitting(head, steps.map(line));
}

const standing = (step: Step): string => step.closed?.outcome ?? step.status;

function line(step: Step): string {
  const proof = proofOf(step);
  return `- [${standing(step)}] ${step.key}: ${step.title}${proof ? ` — ${cut(proof.replace(/\s+/g, ' '), DIGEST_LINE_BYTES)}` : ''}`;
}

function proofOf({ evidence, closed, failed, output }: Step): string {
  const facts = [
    ...(evidence?.commit ? [`commit ${evidence.commit.slice(0, 10)}`] : []),
    ...(evidence?.file ? [`file ${evidence.file}`] : []),
    ...(evidence?.code === undefined ? [] : [`exit ${evidence.code}`]),
    ...(evidence?.work ? [evidence.work] : []),
    ...(evidence?.note ? [evidence.note] : []),
    ...(closed && closed.outcome !== 'done' && closed.reason ? [closed.reason] : []),
    ...(failed ? [failed.reason] : []),
    ...(output === undefined ? [] : [JSON.stringify(output)]),
  ];
  return facts.join('; ');
}

/** The first bytes of a text, whole characters only. */
function cut(text: string, most: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= most) return text;
  return `${new TextDecoder().decode(bytes.subarray(0, most - 3)).replace(/\uFFFD$/, '')}…`;
}

function fitting(head: readonly string[], lines: readonly string[]): string {
  const kept: string[] = [];
  let left = DIGEST_BYTES;
  for (const one of [...head.map((line) => cut(line, 2000)), ...lines]) {
    left -= new TextEncoder().encode(one).length + 1;
    if (left < 100) break;
    kept.push(one);
  }
  const more = head.length + lines.length - kept.length;
  return `${[...kept, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n')}\n`;
}
