import { AGAIN, NOTE } from './day-mind.ts';
import { type Day, lack } from './day-town.ts';
import { submit } from './submit.ts';

/** The mayor makes room for a fresh session of itself while a person is at its terminal. */

const MAYOR = 'hq-mayor';

type Session = { readonly id: string; readonly conversation: string };

/** The session of now, once it has said hello. */
const session = (day: Day, n: number): Promise<Session> =>
  day.until(`session ${n} of the mayor works`, async () => {
    const { id, conversation, ackedAt } = (await day.town.read('agent', MAYOR))?.session ?? {};
    return id?.endsWith(`.s${n}`) && ackedAt !== undefined && conversation ? { id, conversation } : undefined;
  });

export async function mayorIsHandedOff(day: Day): Promise<string[]> {
  const { town, preset } = day;
  const first = await session(day, 1);
  const person = await day.attach('mayor', 'attach');
  await submit(person, preset, '/compact');
  await day.until('the conversation of the mayor was made shorter', async () =>
    (await town.events()).some(({ type, subject }) => type === 'session.compacted' && subject === first.id),
  );
  await day.prompts(person);
  await submit(person, preset, AGAIN.ask);
  await day.shows(person, AGAIN.answer);
  const second = await session(day, 2);
  // The person is where they were: the terminal of the next session takes what they type.
  await day.until('they see that session', () => !person.screen().text.includes(AGAIN.answer));
  await day.prompts(person);
  await submit(person, preset, AGAIN.ask);
  await day.shows(person, AGAIN.answer);
  await day.prompts(person);
  await day.leave(person);
  const agent = await town.read('agent', MAYOR);
  const noted = (await town.events()).find(({ type, subject }) => type === 'handoff.written' && subject === MAYOR);
  return [
    ...lack(day.contextOf(second.conversation).includes(NOTE), 'its note did not reach the next session before its first answer'),
    ...lack(noted?.data['by'] === first.id, `its note was written by ${noted?.data['by']}`),
    ...lack(agent?.sessions === 2 && !agent.cycle, `it is session ${agent?.sessions}, and is to cycle: ${agent?.cycle?.why}`),
    ...lack(first.conversation !== second.conversation, 'it went on with the old conversation'),
    ...lack(day.said(second.conversation, AGAIN.ask, 'user') === 1, 'what they typed did not reach its model once'),
    ...lack(person.end === 'ended with 0', `gt mayor attach ${person.end}`),
  ];
}
