/** Every bound of the town in one place, each with its reason. Times are ms, sizes bytes. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A job that is only ever woken. BullMQ's delayed scores (ms × 4096) are exact until September 2039, so a span, never a date. */
export const HOLD_MS = 5 * 365 * DAY;
/** One worker process serves the town, so a live run's lock need never run out under a sleeping laptop; a dead worker's jobs are handed back at start. */
export const LOCK_MS = DAY;
/** How often locks are renewed, and long runs read their records again. */
export const RENEW_MS = 15 * SECOND;
/** An unseen member this old was not woken by whoever marked it. */
export const RELAY_MS = SECOND;
/** Faults in a row after which a job parks long and an escalation is opened. */
export const FAULTS_UNTIL_ESCALATION = 6;
export const FAULT_BACKOFF_MS = 250;
export const FAULT_BACKOFF_MAX_MS = MINUTE;
/** Park of a job that keeps failing: somebody has to look, but nobody needs to restart it. */
export const FAULT_PARK_MS = 10 * MINUTE;
/** A parent whose children had all ended already looks again after this, so that it never spins. */
export const IDLE_PARENT_MS = SECOND;
/** A run that waits for a person to mend something tries again so often, until it gives up its slot. */
export const SUSPEND_TRY_MS = 5 * SECOND;
/** Attempts of one change against others who write the same records. */
export const CLASHES = 8;
/** How long a repeated commit id gets its first answer: a client resends after a cut. */
export const COMMIT_MEMORY_MS = 10 * MINUTE;
/** Events kept in the stream (approximately): history and news, not an outbox. */
export const EVENTS_KEPT = 100_000;
/** An event's data: more belongs into a record, a text or a log. */
export const EVENT_BYTES = 1024;
/** Long text of one field. */
export const TEXT_BYTES = 1024 * 1024;
/** Of a note or a reason in the record of a step: lists and prompts read it with every step. */
export const NOTE_BYTES = 8 * 1024;
export const TITLE_BYTES = 500;
/** Jobs that have ended are kept on the board for this long after their root has ended. */
export const ENDED_KEPT_MS = DAY;
/** A patrol's tick that has not ended after this is over: what it would have written last was lost, and nobody else waits for it. */
export const PATROL_OVER_MS = 10 * MINUTE;
/** Steps of a molecule that are written and added at once: BullMQ adds so many in one transaction without holding up others. */
export const POUR_CHUNK = 500;
/** How long `step done` waits for a next step that is about to be ready: epics and marks close in no time. */
export const NEXT_STEP_MS = 2 * SECOND;
/** A step that is ready and that its agent has not taken by itself after this is put into its hands, with a word to it. */
export const OFFER_MS = 4 * SECOND;
/** How long the shell agent waits for its next step before it leaves. */
export const NEXT_BLOCK_MS = 10 * SECOND;
/** Pause before a step is tried again (doubling), and the longest. */
export const STEP_BACKOFF_MS = 2 * SECOND;
export const STEP_BACKOFF_MAX_MS = 5 * MINUTE;
/** What a command's output may be to count as the step's output, and how much of it the record itself keeps: the rest lies in its text. */
export const OUTPUT_BYTES = 64 * 1024;
export const OUTPUT_KEPT_BYTES = 2 * 1024;
/** A command without a timeout of its own. */
export const COMMAND_MS = 10 * MINUTE;
/** The script that judges an iteration, without a timeout of its own. */
export const JUDGE_MS = MINUTE;
/** Items of one fan-out: each is a molecule. */
export const FAN_OUT = 1000;
/** A command that found no place looks again after this, should the worker that had it in its line have died. */
export const COMMAND_LINE_MS = MINUTE;
/** Records that a patrol reads at once. */
export const PAGE = 1000;
/** An agent's writing call outlives a restart of Redis; a person's command says soon that Redis is down. */
export const AGENT_WAIT_MS = MINUTE;
export const PERSON_WAIT_MS = 2 * SECOND;
/** A hook must never hold up the agent that called it: after this it says nothing. */
export const HOOK_WAIT_MS = 2 * SECOND;
/** What a hook may be told on its stdin: a tool that writes a file tells the whole of it. */
export const HOOK_INPUT_BYTES = 4 * 1024 * 1024;
/** Context that a hook prints: programs put more of it into a file of theirs. */
export const CONTEXT_BYTES = 8 * 1024;
/** Worker stop: how long running activations have to hand their jobs back. */
export const STOP_MS = 5 * SECOND;
/** Deaths of an agent without progress on the same item, after which the run ends as failed. */
export const DEATHS_WITHOUT_PROGRESS = 3;
/** Handed off so often in a row without anything new, it goes round in circles: a person is asked. */
export const CYCLES_WITHOUT_PROGRESS = 5;
/** How long an agent that was asked for a note may write it; then gt writes down what it sees. */
export const NOTE_MS = 5 * MINUTE;
/** An agent at rest whose conversation was made shorter is left alone for so long: its program may still be at it. */
export const CYCLE_REST_MS = 3 * SECOND;
/** A session that begins because the last one's context was full, and is full itself within this, was full from its first words: none follows by itself. */
export const FULL_AGAIN_MS = 10 * MINUTE;
/** How long the end of a turn is waited for, when somebody else asks for a fresh session. */
export const CYCLE_TURN_MS = 2 * MINUTE;
/** A person at the terminal of a session that is to make room: left alone for so long after a key; and after it while what they typed is not sent, or not answered. */
export const PERSON_QUIET_MS = 3 * SECOND;
export const PERSON_WAITS_MS = 10 * MINUTE;
/** A note for the next session: it is read first, before all else. */
export const HANDOFF_BYTES = 32 * 1024;
/** Crashes of a lasting agent within the window, after which it is started again only when somebody asks. */
export const CRASHES_UNTIL_BROKEN = 5;
export const CRASH_WINDOW_MS = 15 * MINUTE;
/** An agent whose program cannot be started (it is not installed, its settings are wrong) tries again so often. */
export const UNFIT_TRY_MS = MINUTE;
/** What an agent that lasts may be told first (bytes): more belongs into a file. */
export const FIRST_WORDS_BYTES = 32 * 1024;
/** Infrastructure errors of one check in a row, after which the train stops and says so. */
export const CHECK_ERRORS = 3;
/** A train that stands because its checks cannot be run tries them again after this: a missing program may have been installed. */
export const BROKEN_AGAIN_MS = 10 * MINUTE;
/** Evidence put on an item: the tail of a log that an agent can read. */
export const EVIDENCE_BYTES = 16 * 1024;
/** Logs of checks and evidence on disk. */
export const LOGS_KEPT_MS = 7 * DAY;
/** Sessions that have ended and are still known: the oldest go first. */
export const SESSIONS_KEPT = 20_000;

/** A nudge that nobody took in this time has lost its point; how long one may wait at most. */
export const NUDGE_EXPIRES_MS = HOUR;
export const NUDGE_LONGEST_MS = DAY;
/** Nudges that wait for one agent: more is a loop, not a conversation. */
export const NUDGE_LINE = 100;
/** Tries at a terminal that did not take one, and the pause after the first (doubling). */
export const NUDGE_ATTEMPTS = 5;
export const NUDGE_BACKOFF_MS = 5 * SECOND;
/** After its expiry the host must have answered within this. */
export const NUDGE_GRACE_MS = 2 * MINUTE;
/** A hook that has claimed prints within this, or it was killed. */
export const HOOK_CLAIM_MS = 10 * SECOND;
/** After a refused stop the next hook call shows that the turn went on; a turn may think for long. */
export const STOP_CLAIM_MS = 10 * MINUTE;
/** A terminal without output for so long shows no agent at work, whatever its hooks said last. */
export const HOOK_PATIENCE_MS = 30 * SECOND;
/** An answer that waits for the next session of its asker. */
export const ANSWER_KEPT_MS = 7 * DAY;
/** How long a call that waits for an answer has to say that it has heard it, before the asker is told another way. */
export const QUESTION_GRACE_MS = 20 * SECOND;
/** What a question may hold: choices, bytes of its words and of each choice, and of the screen beside it. */
export const CHOICES = 20;
export const QUESTION_BYTES = 2 * 1024;
export const SCREEN_BYTES = 4 * 1024;
/** Escalations and questions that have ended are kept for so long, and so many: beyond that the oldest go, but for those of the last days. */
export const QUESTIONS_KEPT_MS = 30 * DAY;
export const QUESTIONS_KEPT = 10_000;
/** What dead sessions had not committed of an item that has landed is kept for so long. */
export const SNAPSHOTS_KEPT_MS = 30 * DAY;
/** Ended deliveries are kept for this long. */
export const DELIVERIES_KEPT_MS = 7 * DAY;

/** A mail's text and subject. */
export const MAIL_BYTES = 1024 * 1024;
export const SUBJECT_CHARACTERS = 200;
/** Of what a call for help says in its subject: the id of the question stands behind it. */
export const HELP_CHARACTERS = 140;
/** Mailboxes that one mail reaches: more is a list that nobody reads. */
export const MAIL_BOXES = 200;
/** Letters that one delivery brings; and those that are looked at to find them. */
export const MAIL_BATCH = 20;
export const MAIL_LOOK = 40;
/** A longer one is told by its beginning. */
export const MAIL_WHOLE_BYTES = CONTEXT_BYTES - 1024;
export const MAIL_HEAD_CHARACTERS = 400;
/** How long the terminal may take with it, before it is claimed anew; and the longest pause between two tries. */
export const MAIL_CLAIM_MS = DAY;
export const MAIL_BACKOFF_MAX_MS = 10 * MINUTE;
/** Mail that was read or archived, or whose agent was told, is kept for so long. */
export const MAIL_KEPT_MS = 30 * DAY;
/** Protocol mail that no agent was meant to read. */
export const CONSUMED_KEPT_MS = 2 * DAY;

/** A molecule that ended and hangs under no work item keeps its steps for so long; then a digest is left. */
export const STEPS_KEPT_MS = 7 * DAY;
/** An open wisp that nobody touched for so long is flagged; a person may collect those of an hour. */
export const WISP_OLD_MS = DAY;
export const WISP_ABANDONED_MS = HOUR;
/** A digest's text, and what it tells of one step. */
export const DIGEST_BYTES = 256 * 1024;
export const DIGEST_LINE_BYTES = 200;

/** A file by which a person adds to a role's prompt, or gives its agents directives: more belongs behind a command. */
export const PROMPT_FILE_BYTES = 8 * 1024;
/** One fact to be remembered, and how many a town, a rig, a role or an agent may have: all of them are read by their agents at every start. */
export const MEMORY_BYTES = 500;
export const MEMORIES_KEPT = 100;
/** Memories that a context tells of. */
export const MEMORIES_TOLD = 20;
