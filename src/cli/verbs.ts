import type { Verb } from './command.ts';

/** Verbs that belong together, under the title that `gt help` gives them. */
export type Topic = { readonly title: string; readonly verbs: Readonly<Record<string, Verb>> };

/**
 * Every verb of gt, by topic, with its line in `gt help`. A verb is one line here and one file under `cmd/`, which is loaded only when it is called.
 * A name or alias stands here once.
 */
export const TOPICS: readonly Topic[] = [
  {
    title: 'Town',
    verbs: {
      install: { help: 'Makes a town', load: async () => (await import('./cmd/install.ts')).install },
      up: { help: 'Starts the town', aliases: ['start'], load: async () => (await import('./cmd/up.ts')).up },
      down: { help: 'Stops the town', aliases: ['shutdown'], load: async () => (await import('./cmd/down.ts')).down },
      status: { help: 'The town at a glance', load: async () => (await import('./cmd/status.ts')).status },
      why: { help: 'Why something does not move', load: async () => (await import('./cmd/why.ts')).why },
      feed: { help: 'What has happened', load: async () => (await import('./cmd/feed.ts')).feed },
      doctor: { help: 'Looks for what is wrong', load: async () => (await import('./cmd/doctor.ts')).doctor },
      redis: { help: "Looks inside the town's Redis", load: async () => (await import('./cmd/redis.ts')).redis },
      config: { help: 'What the town is set to', load: async () => (await import('./cmd/config.ts')).config },
      version: {
        help: 'Which gt this is',
        aliases: ['--version', '-v'],
        hot: true,
        load: async () => (await import('./cmd/version.ts')).version,
      },
      explain: {
        help: 'What a refusal means, and what to do about it',
        load: async () => (await import('./cmd/explain.ts')).explainCode,
      },
    },
  },
  {
    title: 'Rigs',
    verbs: {
      rig: { help: 'The repositories that the town works on', load: async () => (await import('./cmd/rig.ts')).rig },
      rigs: { help: 'Lists the rigs', hidden: true, load: async () => (await import('./cmd/rig-list.ts')).rigList },
    },
  },
  {
    title: 'Work',
    verbs: {
      work: { help: 'Work items', load: async () => (await import('./cmd/work.ts')).work },
      sling: { help: 'Puts work on the hook', load: async () => (await import('./cmd/sling.ts')).sling },
      hook: {
        help: 'What is on my hook (for agents)',
        hot: true,
        load: async () => (await import('./cmd/hook.ts')).hook,
      },
      done: { help: 'Hands in what is on my hook (for agents)', load: async () => (await import('./cmd/done.ts')).done },
      unsling: {
        help: 'Takes work off its hook',
        aliases: ['release'],
        load: async () => (await import('./cmd/park.ts')).unsling,
      },
      handoff: { help: 'Hands a session off to a fresh one', load: async () => (await import('./cmd/handoff.ts')).handoff },
      checkpoint: { help: 'A note for whoever comes next', load: async () => (await import('./cmd/notes.ts')).checkpoint },
      resume: { help: 'What the session before left', load: async () => (await import('./cmd/notes.ts')).resume },
    },
  },
  {
    title: 'Formulas',
    verbs: {
      formula: {
        help: 'Workflows as files',
        aliases: ['formulas'],
        load: async () => (await import('./cmd/formula.ts')).formula,
      },
      mol: {
        help: 'Formulas at work: molecules and their steps',
        aliases: ['molecule'],
        load: async () => (await import('./cmd/mol.ts')).mol,
      },
      gate: { help: 'Waits for a time, a person, a run', load: async () => (await import('./cmd/gate.ts')).gate },
      bd: { help: 'Work data: the same as the program bd', load: async () => (await import('./bd/verbs.ts')).bd },
    },
  },
  {
    title: 'Merge queue',
    verbs: {
      mq: {
        help: 'What waits to land',
        aliases: ['merge-queue'],
        load: async () => (await import('./cmd/mq-list.ts')).mq,
      },
      land: { help: 'Lands what is handed in, now', load: async () => (await import('./cmd/land.ts')).land },
    },
  },
  {
    title: 'Agents',
    verbs: {
      mayor: { help: 'The agent you talk to', load: async () => (await import('./cmd/lasting.ts')).mayor },
      deacon: {
        help: "The town's patrol, or an agent in its place",
        load: async () => (await import('./cmd/lasting.ts')).deacon,
      },
      witness: {
        help: "A rig's witness, or an agent in its place",
        load: async () => (await import('./cmd/lasting.ts')).witness,
      },
      refinery: {
        help: "A rig's merge train, or an agent beside it",
        load: async () => (await import('./cmd/lasting.ts')).refinery,
      },
      boot: { help: 'What keeps the town running', load: async () => (await import('./cmd/lasting.ts')).boot },
      crew: { help: 'Who stays with a rig, in a clone of their own', load: async () => (await import('./cmd/crew.ts')).crew },
      dog: { help: "The town's own hands", aliases: ['dogs'], load: async () => (await import('./cmd/crew.ts')).dog },
      agents: { help: 'All agents: a menu', load: async () => (await import('./cmd/agents.ts')).agents },
      polecat: { help: 'Polecats at work', load: async () => (await import('./cmd/polecat-list.ts')).polecat },
      polecats: { help: 'Lists polecats', hidden: true, load: async () => (await import('./cmd/polecat-list.ts')).polecatList },
      prime: { help: 'My context (for agents)', hot: true, load: async () => (await import('./cmd/prime.ts')).prime },
      whoami: { help: 'As whom gt takes you', load: async () => (await import('./cmd/whoami.ts')).whoami },
      remember: { help: 'Keeps a fact for agents', load: async () => (await import('./cmd/remember.ts')).remember },
      memories: { help: 'What agents are told to remember', load: async () => (await import('./cmd/memories.ts')).memories },
      forget: { help: 'Keeps a fact no longer', load: async () => (await import('./cmd/forget.ts')).forget },
      tap: { help: 'Judges what an agent is about to do', hidden: true, load: async () => (await import('./cmd/tap.ts')).tap },
      signal: { help: 'What hooks tell of a session', hidden: true, load: async () => (await import('./cmd/signal.ts')).signal },
      attach: { help: "An agent's terminal, to look and to type", load: async () => (await import('./cmd/attach.ts')).attach },
      watch: { help: "An agent's terminal, only to look", load: async () => (await import('./cmd/attach.ts')).watch },
      peek: { help: "What an agent's terminal shows", load: async () => (await import('./cmd/peek.ts')).peek },
      sleep: { help: 'Lets an agent be: no work, no nudges', load: async () => (await import('./cmd/park.ts')).sleep },
      wake: { help: 'Takes sleep and death back', load: async () => (await import('./cmd/park.ts')).wake },
      kill: { help: 'Ends an agent; its work stays', load: async () => (await import('./cmd/park.ts')).kill },
      capture: { help: "Runs a command in an agent's worktree", load: async () => (await import('./cmd/capture.ts')).capture },
      session: { help: 'Sessions and their recordings', load: async () => (await import('./cmd/session.ts')).session },
      seance: { help: 'Asks an earlier session', load: async () => (await import('./cmd/seance.ts')).seance },
      nudge: { help: 'Says something to an agent', load: async () => (await import('./cmd/nudge.ts')).nudge },
      chat: { help: 'The same, also while it works', load: async () => (await import('./cmd/nudge.ts')).chat },
      inject: { help: 'The same, at once', load: async () => (await import('./cmd/nudge.ts')).inject },
    },
  },
  {
    title: 'Questions',
    verbs: {
      needs: { help: 'All that waits for you, in one list', load: async () => (await import('./cmd/needs.ts')).needs },
      answer: { help: 'Answers what waits for you', load: async () => (await import('./cmd/answer.ts')).answer },
      escalate: { help: 'Asks a person', load: async () => (await import('./cmd/escalate.ts')).escalate },
    },
  },
  {
    title: 'Mail',
    verbs: {
      mail: {
        help: 'Mail between agents and people',
        hot: true,
        load: async () => (await import('./cmd/mail.ts')).mail,
      },
      broadcast: {
        help: 'Sends a mail to every agent',
        hidden: true,
        load: async () => (await import('./cmd/mail-broadcast.ts')).mailBroadcast,
      },
      send: { help: 'Sends a mail', hidden: true, load: async () => (await import('./cmd/mail-send.ts')).mailSend },
      dnd: { help: 'Do not disturb', load: async () => (await import('./cmd/dnd.ts')).dnd },
      inbox: { help: 'What lies in a mailbox', load: async () => (await import('./cmd/mail-inbox.ts')).mailInbox },
    },
  },
];
