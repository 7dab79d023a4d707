import { answersSince, type Conversation } from '#world/model-server/conversation';
import type { ScriptStep, Step } from '#world/model-server/script';

/** What the scripted model does in a day of the town: each part begins when somebody says its words to it. */
type Part = { readonly hears: RegExp; readonly steps: readonly ScriptStep[] };

/** More answers than any conversation of the day has. */
const ANSWERS = 200;

/** A script that goes on with the part whose words were said last. Conversations that hear none of them are answered in a word. */
function mindOf(parts: readonly Part[]): ScriptStep[] {
  const think = (conversation: Conversation): Step => {
    const { turns } = conversation;
    const heard = parts.map(({ hears, steps }) => ({
      steps,
      at: turns.findLastIndex(({ who, text }) => who === 'user' && hears.test(text)),
    }));
    const { at, steps } = heard.reduce((last, one) => (one.at >= last.at ? one : last), {
      at: -1,
      steps: [] as readonly ScriptStep[],
    });
    const step = at < 0 ? undefined : steps[answersSince(turns, at)];
    return (typeof step === 'function' ? step(conversation) : step) ?? { text: 'I wait for what comes.' };
  };
  return Array.from({ length: ANSWERS }, () => think);
}

/** What the last tool answered. */
const lastResult = ({ turns }: Conversation): string => turns.findLast(({ who }) => who === 'tool')?.text ?? '';

/** The ids of items that commands named at the beginning of a line, oldest first. */
const idsIn = ({ turns }: Conversation): string[] =>
  turns.filter(({ who }) => who === 'tool').flatMap(({ text }) => [...text.matchAll(/^made=(\S+)$/gm)].map(([, id = '']) => id));

/** What a person asks of the mayor, as the README has it. */
export const ASKED = {
  convoy: 'Create a convoy for issues 123 and 456 in shop',
  status: "What's the status of my work?",
  witness: 'Show me what the witness is doing',
} as const;
/** The same where a person says it: the mayor's prompt quotes the last two. */
export const HEARD = {
  convoy: /Create a convoy for issues 123 and 456 in shop/,
  status: /(?<!")What's the status of my work\?/,
  witness: /(?<!")Show me what the witness is doing/,
} as const;

/** What a person asks a session of before. */
export const SEANCE = 'Which rounding did you settle on, and who told you to ask?';
export const FORMULA = 'three';
export const STEPS = ['build', 'tests', 'docs'] as const;
export const MAIL = { subject: 'About cents', text: 'Ask the overseer how to round before you go on.' };
export const QUESTION = { text: 'Which rounding?', choices: ['half up', 'half to even'], answer: 2 } as const;
export const LATER = { text: 'May the docs be one line?', choices: ['yes, one line', 'no, a page'], answer: 1 } as const;
/** What a person types behind `/compact`, and what the model leaves to the session after. */
export const GO_ON = 'Go on with the next step.';
export const NOTE = 'The build stands. Round half to even, as the overseer said; the tests are next.';
/** What a person says to the mayor once its conversation was made shorter, and to the session after. */
export const AGAIN = { ask: 'Is all well in the town?', answer: 'All is well.' } as const;
/** What the model says when its first step is done, at the end of its turn. */
export const STEP_DONE = 'The build stands; I end my turn.';

const choices = (all: readonly string[]): string => all.map((one) => `--choice "${one}"`).join(' ');
const made = (words: string): string => `bd create ${words} --rig shop --silent | sed s/^/made=/`;

/** The mayor: everything by its own calls of gt. */
const MAYOR: readonly Part[] = [
  {
    hears: HEARD.convoy,
    steps: [
      { text: 'An epic first.', run: made('"Convoy: issues 123 and 456" -t epic') },
      (c) => ({ run: made(`"Issue 123: round prices" --parent ${idsIn(c)[0]} -d "To cents."`) }),
      (c) => ({ run: made(`"Issue 456: tell of it" --parent ${idsIn(c)[0]} --deps ${idsIn(c)[1]} -d "In NEWS.md."`) }),
      (c) => ({ run: `gt sling ${idsIn(c)[1]} shop --on ${FORMULA} && gt sling ${idsIn(c)[2]} shop` }),
      (c) => ({ text: `The convoy ${idsIn(c)[0]} is on its way: ${idsIn(c).slice(1).join(' and ')}.` }),
    ],
  },
  {
    hears: HEARD.status,
    steps: [
      { run: 'gt status && gt work list' },
      (c) => ({ run: `gt why ${idsIn(c)[2]}` }),
      { text: 'One is at work, one waits for it.' },
    ],
  },
  { hears: HEARD.witness, steps: [{ run: 'gt peek shop/witness' }, { text: 'That is what the witness does.' }] },
  { hears: /Is all well in the town\?/, steps: [{ text: AGAIN.answer }] },
];

/** What a polecat does with the step in its hands. */
const workOn = (key: string): string =>
  `echo "// ${key}" > ${key}.js && git add ${key}.js && git commit -q -m "Make ${key}" && gt mol step done`;

/** Does as the last result says: works the step that it names, asks before the last one, hands in when all are done. The first step is the end of a turn. */
function goOn(conversation: Conversation, mailed: Promise<unknown>): Step {
  const told = lastResult(conversation);
  const key = /step \d of \d: (\w+)/.exec(told)?.[1];
  if (/All steps of \S+ are done/.test(told)) return { run: 'gt done' };
  if (key === 'tests' && isFirst(conversation)) return { text: STEP_DONE, until: mailed };
  if (key === 'docs') return { run: `gt escalate "${LATER.text}" ${choices(LATER.choices)}` };
  return key === undefined ? { text: 'I have done what I can.' } : { run: workOn(key) };
}

const isFirst = ({ turns }: Conversation): boolean =>
  turns.some(({ who, text }) => who === 'tool' && text.includes('step 1 of 3'));
const mailIn = ({ turns }: Conversation): string =>
  /\bml-\w+/.exec(turns.findLast(({ who, text }) => who === 'user' && text.includes(MAIL.text))?.text ?? '')?.[0] ?? 'none';

function polecat(mailed: Promise<unknown>): Part[] {
  const step: ScriptStep = (conversation) => goOn(conversation, mailed);
  return [
    { hears: /Your work is \S+: Issue 123/, steps: [{ run: 'gt hook' }, step, step, step] },
    {
      hears: new RegExp(MAIL.text),
      steps: [
        (c) => ({ run: `gt mail read ${mailIn(c)}` }),
        { run: `gt escalate "${QUESTION.text}" ${choices(QUESTION.choices)} --wait` },
        { text: 'I know how to round, and end my turn.' },
      ],
    },
    { hears: new RegExp(GO_ON), steps: [{ text: 'I look at it.' }] },
    { hears: /Run this one command, then end your turn/, steps: [{ run: `gt handoff -m "${NOTE}"` }, { text: 'I leave.' }] },
    { hears: new RegExp(LATER.choices[0]), steps: [{ run: workOn('docs') }, step, step] },
    {
      hears: /Your work is \S+: Issue 456/,
      steps: [
        { run: 'gt hook' },
        { run: 'echo "Prices are rounded." > NEWS.md && git add NEWS.md && git commit -q -m "Tell of it" && gt done' },
        { text: 'It is handed in.' },
      ],
    },
    {
      hears: /Which rounding did you settle on/,
      steps: [
        ({ turns }) => ({
          text: `I remember: ${[MAIL.text, NOTE].filter((one) => turns.some(({ text }) => text.includes(one))).join(' ')}`,
        }),
      ],
    },
  ];
}

/** The whole model. @param mailed the first step's turn does not end before */
export const dayMind = (mailed: Promise<unknown>): ScriptStep[] => mindOf([...MAYOR, ...polecat(mailed)]);
