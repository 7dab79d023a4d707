import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as timer } from 'node:timers/promises';
import { type Answer, answerOf, sideAnswer } from './answer.ts';
import { chat } from './chat.ts';
import type { Conversation } from './conversation.ts';
import { gemini } from './gemini.ts';
import { messages } from './messages.ts';
import { responses } from './responses.ts';
import { choose, type Scripts, type Spent, type Step } from './script.ts';
import type { Wire } from './wire.ts';

/** One request as the server understood it. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  /** Absent where no model was asked. */
  readonly conversation?: Conversation;
  readonly script?: string;
  readonly step?: number;
  readonly side?: boolean;
  /** The program's own id of its session, where it says it. */
  readonly session?: string;
  /** Why the request was refused: an unknown route, a conversation without a script, a script that calls what is not offered. */
  readonly fault?: string;
};

export type ModelServerOptions = {
  readonly scripts: Scripts;
  /** Told of each request when it has been understood, before it is answered. */
  readonly log?: (asked: Asked) => void;
};

export type ModelServer = {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** The newest requests, the oldest first. */
  readonly requests: readonly Asked[];
  /** What no program should have asked; empty after a good run. */
  readonly faults: readonly string[];
  readonly close: () => Promise<void>;
};

const WIRES: readonly Wire[] = [messages, responses, chat, gemini];
/** Requests and faults kept. */
const KEPT = 1000;
/** The most that a request may hold: a conversation of a whole day fits. */
const BODY_BYTES = 64 << 20;

/**
 * A model that follows a script, on a free port of loopback, for every wire that the agent programs speak: the real programs are driven with it, and no word
 * of theirs leaves the machine. Any key is good.
 */
export async function startModelServer({ scripts, log }: ModelServerOptions): Promise<ModelServer> {
  const requests: Asked[] = [];
  const faults: string[] = [];
  const spent: Spent = new Map();
  const open = new AbortController();
  const note = (asked: Asked) => {
    requests.push(asked);
    if (requests.length > KEPT) requests.shift();
    if (asked.fault !== undefined && faults.length < KEPT) faults.push(`${asked.method} ${asked.path}: ${asked.fault}`);
    log?.(asked);
  };
  let answered = 0;
  const server = createServer((request, response) => {
    serve(request, response, { scripts, spent, note, id: () => String(++answered), closed: open.signal }).catch(() =>
      response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    faults,
    close: () =>
      new Promise((resolve) => {
        open.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Ground = {
  readonly scripts: Scripts;
  readonly spent: Spent;
  readonly note: (asked: Asked) => void;
  readonly id: () => string;
  readonly closed: AbortSignal;
};

async function serve(request: IncomingMessage, response: ServerResponse, ground: Ground): Promise<void> {
  const method = request.method ?? '';
  const path = (request.url ?? '').replace(/\?.*$/s, '');
  const body = await bodyOf(request);
  const session = request.headers['x-claude-code-session-id'];
  const asked: Asked = { method, path, ...(typeof session === 'string' ? { session } : {}) };
  const wire = method === 'POST' ? WIRES.find((one) => one.answers(path)) : undefined;
  if (!wire) return aside(asked, response, body, ground);
  const conversation = wire.read(body, path);
  const refuse = (fault: string) => {
    ground.note({ ...asked, conversation, fault });
    json(response, 400, wire.error(400, fault));
  };
  const choice = choose(ground.scripts, conversation, ground.spent);
  if (!choice) return refuse('no script fits: put GTSCRIPT:<name> in the prompt, or name a script `default`');
  const step: Step = 'side' in choice ? {} : choice.step;
  let answer: Answer;
  try {
    answer = 'side' in choice ? sideAnswer(conversation, ground.id()) : answerOf(step, conversation, ground.id());
  } catch (fault) {
    return refuse(fault instanceof Error ? fault.message : String(fault));
  }
  ground.note({
    ...asked,
    conversation,
    ...('side' in choice ? { side: true } : { script: choice.script, step: choice.index }),
  });
  if (step.until) await Promise.race([step.until, ended(ground.closed)]);
  if (step.delayMs !== undefined) await timer(step.delayMs, undefined, { signal: ground.closed });
  if (step.error !== undefined) return json(response, step.error, wire.error(step.error, `scripted error ${step.error}`));
  if (!conversation.stream && !step.hang) return json(response, 200, wire.whole(answer));
  await stream(response, wire.frames(answer), step, ground.closed);
}

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));

/** What is asked beside answers: whether anybody is there, how long a text is, which models there are. */
function aside(asked: Asked, response: ServerResponse, body: unknown, { note }: Ground): void {
  const { method, path } = asked;
  const found = ((): unknown => {
    if (path === '/' && (method === 'HEAD' || method === 'GET')) return {};
    if (method === 'POST' && path === '/v1/messages/count_tokens') return { input_tokens: tokensOf(body) };
    if (method === 'POST' && /^\/v1(beta)?\/models\/[^/]+:countTokens$/.test(path)) return { totalTokens: tokensOf(body) };
    if (method === 'GET' && /^(\/v1)?\/models$/.test(path)) return { object: 'list', data: [], models: [] };
    return undefined;
  })();
  note(found === undefined ? { ...asked, fault: 'unknown route' } : asked);
  if (found === undefined)
    json(response, 404, { error: { type: 'not_found_error', message: `unknown route ${method} ${path}` } });
  else json(response, 200, found);
}

/** A guess that grows with the text, as programs want it. */
const tokensOf = (body: unknown): number => Math.ceil(JSON.stringify(body ?? '').length / 4);

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_BYTES) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function stream(
  response: ServerResponse,
  frames: readonly string[],
  { chunkMs, hang, cut }: Step,
  closed: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
  // Whoever waits in vain ends it, or the server's end does.
  if (hang) return;
  const sent = cut ? frames.slice(0, Math.ceil(frames.length / 2)) : frames;
  for (const [index, frame] of sent.entries()) {
    if (index > 0 && chunkMs !== undefined) await timer(chunkMs, undefined, { signal: closed });
    if (response.destroyed) return;
    await new Promise<void>((resolve) => response.write(frame, () => resolve()));
  }
  if (cut) response.destroy();
  else response.end();
}
