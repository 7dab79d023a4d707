import { mayorIsHandedOff } from './day-mayor.ts';
import { ASKED, GO_ON, HEARD, LATER, MAIL, NOTE, QUESTION, STEP_DONE } from './day-mind.ts';
import { isAskedAgain, isRemembered, isTalkedTo } from './day-seances.ts';
import { type Day, lack } from './day-town.ts';
import { submit } from './submit.ts';
import { must } from './town.ts';

/** A moment of the day: a title that says what must hold, and what shows it. @returns what does not hold */
export type Check = { readonly title: string; readonly run: (day: Day, mail: () => void) => Promise<string[]> };

type Need = { readonly id: string; readonly kind: string; readonly what: string; readonly choices: readonly string[] };

const MAYOR = 'hq-mayor';

/** What the hook of a start said stands there. @returns what does not hold */
function primed(day: Day, conversation: string | undefined, ...words: readonly string[]): string[] {
  const before = day.contextOf(conversation);
  return words.flatMap((one) => lack(before.includes(one), `"${one}" did not reach the model before its first answer`));
}

async function asksMayor(day: Day): Promise<string[]> {
  const { town, preset } = day;
  const person = await day.attach('mayor', 'attach');
  await submit(person, preset, ASKED.convoy);
  await day.shows(person, 'is on its way');
  const ids = (await town.events()).filter(({ type }) => type === 'work.created').map(({ subject }) => subject);
  const [epic, first, second] = await (await town.books()).readMany('work', ids);
  if (!epic || !first || !second) throw new Error(`it made ${ids.length} items, not 3`);
  day.items = [epic.id, first.id, second.id];
  await must(town, ['nudge', 'mayor', ASKED.status, '--wait']);
  await day.shows(person, 'one waits for it');
  await day.prompts(person);
  await submit(person, preset, ASKED.witness);
  await day.shows(person, 'That is what the witness does');
  await day.leave(person);
  const conversation = (await town.read('agent', MAYOR))?.session?.conversation;
  const results = day.asked(conversation).flatMap(({ turns }) => turns.filter(({ who }) => who === 'tool'));
  const told = (...words: readonly string[]) => results.some(({ text }) => words.every((one) => text.includes(one)));
  const slung = (await town.events())
    .filter(({ type }) => type === 'work.slung')
    .map(({ subject, actor }) => `${subject} by ${actor}`);
  return [
    ...primed(day, conversation, '# Gas Town: you are mayor', 'You are the mayor of the town'),
    ...lack(epic.type === 'epic' && epic.createdBy === 'mayor', `the convoy is a ${epic.type} of ${epic.createdBy}`),
    ...lack(first.parent === epic.id && second.parent === epic.id, 'its items do not lie in it'),
    ...lack(second.deps.includes(first.id), 'the second item does not wait for the first'),
    ...lack(slung.join() === [first, second].map(({ id }) => `${id} by mayor`).join(), `slung were ${slung.join(', ')}`),
    ...lack(told(first.id, second.id, 'shop'), 'no result of a tool told how its work stands'),
    ...lack(told(second.id, 'waits for', first.id), 'no result of a tool told why the second item waits'),
    ...lack(told('shop/witness', first.id), 'no result of a tool told of the witness'),
    ...Object.values(HEARD).flatMap((one) =>
      lack(day.said(conversation, one, 'user') === 1, `${one} was said ${day.said(conversation, one, 'user')} times`),
    ),
  ];
}

async function getsMail(day: Day, mail: () => void): Promise<string[]> {
  const { town, work } = day;
  const { id, conversation } = await day.session(1);
  const run = await day.run();
  // Its model is asked what comes after the first step, and has not answered: the turn ends when the mail lies in the mailbox.
  await day.until('its first step is done', async () => (await day.closes()).includes('build'));
  await day.until('its model is asked what comes then', () => day.said(conversation, 'step 2 of 3', 'tool') > 0);
  await must(town, ['mail', 'send', `shop/${run.name}`, '-s', MAIL.subject, '-m', MAIL.text]);
  mail();
  await day.until('it goes on with the mail', () => day.said(conversation, MAIL.text, 'user') > 0);
  const turns =
    day.asked(conversation).find((one) => one.turns.some(({ who, text }) => who === 'user' && text.includes(MAIL.text)))?.turns ??
    [];
  const at = turns.findIndex(({ who, text }) => who === 'user' && text.includes(MAIL.text));
  const told = await day.until('its letter is told', async () => {
    const all = (await town.events()).filter(({ type, data }) => type === 'mail.injected' && data['line'] === work);
    return all.length > 0 && all;
  });
  return [
    ...primed(day, conversation, `# Gas Town: you are shop/polecats/${run.name}`, `On your hook: ${work}`, 'step 1 of 3: build'),
    ...lack(
      turns[at - 1]?.who === 'model' && turns[at - 1]?.text.includes(STEP_DONE) === true,
      'it did not come at the end of the turn',
    ),
    ...lack(
      told.length === 1 && told[0]?.data['session'] === id,
      `its letter was told to ${told.map(({ data }) => data['session']).join()}`,
    ),
    ...lack(told[0]?.data['path'] === 'hook', `it came by the ${told[0]?.data['path']}`),
  ];
}

async function asks(day: Day): Promise<string[]> {
  const { town } = day;
  const { id, conversation } = await day.session(1);
  const need = await question(day, QUESTION.text);
  await must(town, ['answer', need.id, String(QUESTION.answer)]);
  const again = await town.gt(['answer', need.id, '1']);
  await day.atRest(id);
  const said = QUESTION.choices[QUESTION.answer - 1] ?? '';
  const heard = day.said(conversation, said, 'tool');
  const told = (await town.read('escalation', need.id))?.told;
  return [
    ...lack(again.exit !== 0 && again.err.includes('answered'), `a second answer ended with ${again.exit}: ${again.err}`),
    ...lack(need.choices.join() === QUESTION.choices.join(), `its choices are ${need.choices.join()}`),
    ...lack(heard === 1, `the answer came with ${heard} results of tools`),
    ...lack(day.said(conversation, said, 'user') === 0, 'the answer came in a turn of its own, too'),
    ...lack(told !== undefined, 'the books do not say that it was told'),
    ...lack(
      day.said(conversation, MAIL.text, 'user') === 1,
      `the mail was said ${day.said(conversation, MAIL.text, 'user')} times`,
    ),
  ];
}

/** The question with these words, as a person finds it. */
const question = (day: Day, words: string): Promise<Need> =>
  day.until(`gt needs shows "${words}"`, async () => {
    const { needs } = await day.town.ask<{ needs: Need[] }>(['needs']);
    return needs.find(({ kind, what }) => kind === 'question' && what.includes(words));
  });

async function isHandedOff(day: Day): Promise<string[]> {
  const { preset } = day;
  const before = await day.run();
  const person = await day.attach('attach', `shop/${before.name}`);
  await submit(person, preset, '/compact');
  await day.until('its conversation was made shorter', async () =>
    (await day.town.events()).some(({ type }) => type === 'session.compacted'),
  );
  await day.prompts(person);
  await submit(person, preset, GO_ON);
  const second = await day.session(2);
  const need = await question(day, LATER.text);
  const shorter = day.asked(before.session?.conversation).find(({ turns }) => turns.some(({ text }) => text.includes(GO_ON)));
  const told = shorter?.turns.map(({ text }) => text).join('\n') ?? '';
  const hasContext = [`you are shop/polecats/${before.name}`, 'step 2 of 3: tests'].every((one) => told.includes(one));
  const run = await day.run();
  const closes = await day.closes();
  const results = day.asked(second.conversation).flatMap(({ turns }) => turns.filter(({ who }) => who === 'tool'));
  const noted = (await day.town.events()).find(({ type, subject }) => type === 'handoff.written' && subject === run.id);
  return [
    ...lack(need.choices.length === LATER.choices.length, 'its question has other choices'),
    ...lack(closes.join() === 'build,tests', `closed are ${closes.join()}`),
    ...lack(results[0]?.text.includes('step 2 of 3: tests') === true, `it was told first: ${results[0]?.text}`),
    ...primed(day, second.conversation, 'From your session before this one', NOTE, 'step 2 of 3: tests'),
    ...lack(hasContext, 'the shorter conversation was not told again who it is, and its step'),
    ...lack(!/^- ml-.*: Handoff of/m.test(day.contextOf(second.conversation)), 'its own note was told to it as mail, too'),
    ...lack(noted?.data['by'] === before.session?.id, `its note was written by ${noted?.data['by']}`),
    ...lack(run.sessions === 2 && run.deaths === 0, `it is session ${run.sessions}, after ${run.deaths} deaths`),
    ...lack(second.mode !== 'resume', 'it went on with the old conversation'),
    ...lack(
      run.branch === before.branch && run.name === before.name && run.dir === before.dir,
      `it is on ${run.branch} in ${run.dir}, and was on ${before.branch} in ${before.dir}`,
    ),
    ...lack(day.said(second.conversation, MAIL.text, 'user') === 0, 'the mail was said to it again'),
  ];
}

async function isToldLater(day: Day): Promise<string[]> {
  const { town } = day;
  const { id, conversation } = await day.session(2);
  await day.atRest(id);
  const need = await question(day, LATER.text);
  await must(town, ['answer', need.id, String(LATER.answer)]);
  const said = LATER.choices[LATER.answer - 1] ?? '';
  await day.until('all its steps are done', async () => (await day.closes()).length >= 3);
  await day.until('the work has landed', async () =>
    (await town.events()).some(({ type, data }) => type === 'merge.landed' && data['work'] === day.work),
  );
  const heard = day.said(conversation, said, 'user');
  return lack(heard === 1, `the answer was said ${heard} times`);
}

async function hasLanded(day: Day): Promise<string[]> {
  const { town, items } = day;
  await day.until('the other item has landed, too', async () =>
    (await town.events()).some(({ type, data }) => type === 'merge.landed' && data['work'] === items[2]),
  );
  const run = await day.run();
  const closes = await day.closes();
  const sessions = await town.ask<Array<{ id: string }>>(['session', 'list', '--item', day.work]);
  return [
    ...lack(closes.join() === 'build,tests,docs', `closed were ${closes.join()}`),
    ...lack(run.sessions === 2 && run.outcome === 'submitted', `its run had ${run.sessions} sessions, and was ${run.outcome}`),
    ...lack(
      sessions.map(({ id }) => id.split('.').at(-1)).join() === 's2,s1',
      `known are ${sessions.map(({ id }) => id).join()}`,
    ),
    ...day.model.faults,
  ];
}

export const DAY: readonly Check[] = [
  {
    title: 'a fresh mayor, typed to and nudged, makes and slings a convoy, says how work stands, and shows what the witness does',
    run: asksMayor,
  },
  { title: 'a polecat knows its work by the hook of its start, and gets a mail at the end of its turn, once', run: getsMail },
  { title: 'its question is answered once, and the answer reaches the model that waits for it once', run: asks },
  { title: 'a seance lists it and asks a fork of it, which knows what it knows; its hook stays as it was', run: isAskedAgain },
  {
    title: 'compacted, it is handed off to a second session of the same run, which goes on at the second step',
    run: isHandedOff,
  },
  { title: 'an answer that nobody waits for reaches the model at its prompt, once', run: isToldLater },
  { title: 'the work lands with each step closed once, and then the item that waited for it', run: hasLanded },
  { title: 'when it is over and its worktree has gone, it is still found by its beacon, and asked', run: isRemembered },
  { title: 'a person talks with it in a terminal of their own, which is as it was when they leave', run: isTalkedTo },
  {
    title: 'the mayor, compacted, makes room for a fresh session of itself, which an attached person sees and types to',
    run: mayorIsHandedOff,
  },
];
