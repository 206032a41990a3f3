/**
 * The browser's transport: `POST /api/NAME` and the WebSocket `/feed` of `tillstream serve`.
 *
 * A lost till is noticed within five seconds: at once when the feed closes, and by a call that goes unanswered. What
 * was missed while the feed was down is made good by one change of topic `everything`.
 */
import { Fault, faultOf, Listeners, type Backend, type CommandName, type Connection } from './backend';
import type { ChangeDto, Commands } from './bindings';

const ANSWER_MS_MAX = 30_000;
const RECONNECT_MS = 1_000;
const TOKEN_KEY = 'tillstream.token';

/** Takes the token out of the address bar, and keeps it for this tab only. */
export function takeToken(): string {
  const found = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (found === undefined) return sessionStorage.getItem(TOKEN_KEY) ?? '';
  sessionStorage.setItem(TOKEN_KEY, found);
  history.replaceState(null, '', `${location.pathname}${location.search}#/sell`);
  return found;
}

export class HttpBackend implements Backend {
  private readonly changes = new Listeners<ChangeDto>();
  private readonly connections = new Listeners<Connection>();
  private connection: Connection = 'connected';
  private feedWasLost = false;

  constructor(private readonly token: string) {
    if (token === '') this.connection = 'no_token';
    else this.openFeed();
  }

  async call<N extends CommandName>(name: N, request: Commands[N]['request']): Promise<Commands[N]['reply']> {
    const answer = await this.post(name, request);
    if (answer.status === 401) {
      this.say('no_token');
      throw new Fault('no_token', 'the token was refused');
    }
    this.say('connected');
    const body: unknown = await answer.json().catch(() => null);
    if (!answer.ok) throw body === null ? new Fault('internal', `status ${answer.status}`) : faultOf(body);
    return body as Commands[N]['reply'];
  }

  onChange(listener: (change: ChangeDto) => void): () => void {
    return this.changes.add(listener);
  }

  onConnection(listener: (connection: Connection) => void): () => void {
    listener(this.connection);
    return this.connections.add(listener);
  }

  private async post(name: string, request: unknown): Promise<Response> {
    try {
      return await fetch(`/api/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
    } catch (thrown) {
      this.say(lostBecause());
      throw new Fault('unreachable', thrown instanceof Error ? thrown.message : 'no answer');
    }
  }

  private openFeed(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const feed = new WebSocket(`${scheme}://${location.host}/feed`, ['tillstream', `token.${this.token}`]);
    feed.onopen = () => {
      this.say('connected');
      if (this.feedWasLost) this.changes.tell({ topic: 'everything', id: '', version: 0 });
      this.feedWasLost = false;
    };
    feed.onmessage = (message: MessageEvent<string>) => this.changes.tell(JSON.parse(message.data) as ChangeDto);
    feed.onclose = () => {
      this.feedWasLost = true;
      if (this.connection !== 'no_token') this.say(lostBecause());
      setTimeout(() => this.openFeed(), RECONNECT_MS);
    };
  }

  private say(connection: Connection): void {
    if (connection === this.connection) return;
    this.connection = connection;
    this.connections.tell(connection);
  }
}

/** A till on this machine can't be cut off by the network; elsewhere the network may be the cause. */
function lostBecause(): Connection {
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
  return !here && !navigator.onLine ? 'no_network' : 'no_till';
}
