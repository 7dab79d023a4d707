import { nearest, orList } from '#core/nearest';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { OpenTown } from './wire.ts';

const DAY_MS = 86_400_000;
/** Ids that are looked through for the one that was meant. */
const MOST = 2000;

/** The refusal of an id that names nothing that is asked, with those that may have been meant. */
export async function unknownQuestion(id: string, { desk: { books } }: OpenTown): Promise<Refusal> {
  const known = [...(await books.indexFromEnd('escalations.open', MOST)), ...(await books.indexFromEnd('gates.person', MOST))];
  const meant = nearest(id, known);
  const hint =
    meant.length > 0 ? `Did you mean ${orList(meant)}? \`gt needs\` shows all.` : '`gt needs` shows all that waits for you.';
  return refuse('QUESTION_UNKNOWN', { id, hint });
}

/** The answer as it is shown; QUESTION_UNKNOWN names the nearest. */
export async function orNearest<T, V>(answer: T | Refusal, show: (answer: T) => V, town: OpenTown): Promise<V | Refusal> {
  if (!isRefusal(answer)) return show(answer);
  return answer.refused === 'QUESTION_UNKNOWN' ? unknownQuestion(String(answer.facts['id']), town) : answer;
}

/** What the town's settings say; an agent's question is asked also while somebody has just broken that file. */
export async function usualExpiry(town: OpenTown): Promise<number> {
  const { loadTownSettings } = await import('#world/config/settings');
  const loaded = loadTownSettings(town.root);
  return isRefusal(loaded) ? DAY_MS : loaded.settings.questions.expire;
}
