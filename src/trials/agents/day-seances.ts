import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAIL, NOTE, SEANCE } from './day-mind.ts';
import { type Day, lack } from './day-town.ts';
import { submit } from './submit.ts';

/** Seances of the day: with a session that works, and with one that is over. Each gives what does not hold. */

type Listed = { readonly id: string; readonly way: string | null; readonly live: boolean; readonly beacon: string | null };

const seance = (day: Day, whom: string) =>
  day.town.ask<{ answer: string | null; conversation: string | null }>(['seance', '--talk', whom, '-p', SEANCE]);

export async function isAskedAgain(day: Day): Promise<string[]> {
  const { town, work } = day;
  const { id, conversation } = await day.session(1);
  const before = await onHook(day);
  const listed = (await town.ask<Listed[]>(['seance', 'list'])).find((one) => one.id === id);
  const { answer, conversation: fork } = await seance(day, id);
  const turns = day.model.requests
    .flatMap(({ conversation: one, side }) => (one && !side ? [one.turns] : []))
    .findLast((one) => one.some(({ text }) => text.includes(SEANCE)));
  const hears = (words: string) => turns?.some(({ text }) => text.includes(words)) === true;
  const after = await onHook(day);
  return [
    ...lack(listed?.live === true && listed.way === 'fork', `gt seance list has it as ${JSON.stringify(listed)}`),
    ...lack(answer?.includes(MAIL.text) === true, `it answered ${answer}`),
    ...lack(hears(`Your work is ${work}`) && hears(MAIL.text), 'the model did not hear what was said before'),
    ...lack(fork !== conversation, 'its own conversation was asked, and not a fork of it'),
    ...lack(day.said(conversation, SEANCE, 'user') === 0, 'the session itself heard the question'),
    ...lack(after === before, `its hook was ${before}, and is ${after}`),
  ];
}

/** What is on the hook, who works it, and where it stands: what a seance must leave as it is. */
async function onHook(day: Day): Promise<string> {
  const run = await day.run();
  const { id, token, pid, conversation } = run.session ?? {};
  const work = await day.town.read('work', day.work);
  const hand = (await day.town.read('molecule', work?.molecule ?? ''))?.hand;
  return JSON.stringify([work?.status, work?.run, run.id, run.sessions, id, token, pid, conversation, hand, await day.closes()]);
}

export async function isRemembered(day: Day): Promise<string[]> {
  const { town, work } = day;
  await day.until('its worktree has gone', async () =>
    (await town.events()).some(({ type, subject }) => type === 'work.cleaned_up' && subject === work),
  );
  const before = await day.run();
  const [last] = await town.ask<Listed[]>(['seance', 'list', '--item', work]);
  const { answer } = await seance(day, work);
  const after = await day.run();
  return [
    ...lack(last?.id === before.session?.id && last?.live === false, `gt seance list begins with ${JSON.stringify(last)}`),
    ...lack(last?.beacon?.startsWith(`[GAS TOWN] shop/polecats/${before.name} <- `) === true, `its beacon is ${last?.beacon}`),
    ...lack(answer?.includes(NOTE) === true, `it answered ${answer}`),
    ...lack(
      after.sessions === before.sessions && after.state === 'ended',
      `its run is ${after.state}, with ${after.sessions} sessions`,
    ),
  ];
}

export async function isTalkedTo(day: Day): Promise<string[]> {
  const { town, work, preset } = day;
  const person = await day.shell();
  const before = person.modes;
  await person.write(`stty -g > before; $GT seance --talk ${work}; echo "it ended with $?"; stty -g > after\r`);
  await day.prompts(person);
  await submit(person, preset, SEANCE);
  await day.shows(person, 'I remember: ');
  const { text } = person.screen();
  await day.prompts(person);
  await submit(person, preset, preset.quit.words ?? '');
  await day.shows(person, 'it ended with 0');
  const settings = (file: string) => readFileSync(join(town.dir, file), 'utf8');
  await day.until('the shell has written what its terminal is like', () => existsSync(join(town.dir, 'after')));
  const { cursor, alternate } = person.screen();
  return [
    ...lack(text.replace(/\s+/g, ' ').includes(NOTE), `it answered:\n${text}`),
    ...lack(settings('after') === settings('before'), `the line was ${settings('before')}, and is ${settings('after')}`),
    ...lack(!alternate && !cursor.hidden && person.modes === before, `its modes are ${JSON.stringify(person.modes)}`),
  ];
}
