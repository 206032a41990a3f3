import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Connection } from './backend';
import type { ChangeDto } from './bindings';
import { HttpBackend, takeToken } from './http';

class FakeFeed {
  static opened: FakeFeed[] = [];
  onopen: () => void = () => undefined;
  onclose: () => void = () => undefined;
  onmessage: (message: { data: string }) => void = () => undefined;

  constructor(
    readonly address: string,
    readonly protocols: string[],
  ) {
    FakeFeed.opened.push(this);
  }
}

const answers = vi.fn<typeof fetch>();

function reply(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status });
}

function open(token = 'secret'): { backend: HttpBackend; connections: Connection[]; changes: ChangeDto[] } {
  const backend = new HttpBackend(token);
  const connections: Connection[] = [];
  const changes: ChangeDto[] = [];
  backend.onConnection((connection) => connections.push(connection));
  backend.onChange((change) => changes.push(change));
  return { backend, connections, changes };
}

beforeEach(() => {
  FakeFeed.opened = [];
  answers.mockReset();
  vi.stubGlobal('WebSocket', FakeFeed);
  vi.stubGlobal('fetch', answers);
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the token is taken out of the address bar and kept for this tab', () => {
  history.replaceState(null, '', '/#token=abc');
  expect(takeToken()).toBe('abc');
  expect(location.hash).toBe('#/sell');
  expect(takeToken()).toBe('abc');
});

test('a command carries the token in its header and gives the reply', async () => {
  const { backend } = open();
  answers.mockResolvedValue(reply(200, { ok: true }));
  expect(await backend.call('ledger_verify', {})).toEqual({ ok: true });
  expect(answers).toHaveBeenCalledWith(
    '/api/ledger_verify',
    expect.objectContaining({ body: '{}', headers: expect.objectContaining({ authorization: 'Bearer secret' }) }),
  );
});

test('a refusal keeps its code and detail', async () => {
  const { backend } = open();
  answers.mockResolvedValue(reply(409, { code: 'not_now', detail: 'the sale is paid already' }));
  await expect(backend.call('ledger_verify', {})).rejects.toMatchObject({
    code: 'not_now',
    detail: 'the sale is paid already',
  });
});

test('an answer that is no JSON is a defect, not a reply', async () => {
  const { backend } = open();
  answers.mockResolvedValue(new Response('<html>', { status: 502 }));
  await expect(backend.call('ledger_verify', {})).rejects.toMatchObject({ code: 'internal' });
});

test('no answer at all says that the till is lost', async () => {
  const { backend, connections } = open();
  answers.mockRejectedValue(new TypeError('connection refused'));
  await expect(backend.call('ledger_verify', {})).rejects.toMatchObject({ code: 'unreachable' });
  expect(connections).toEqual(['connected', 'no_till']);
});

test('a refused token is told apart from a lost till', async () => {
  const { backend, connections } = open();
  answers.mockResolvedValue(reply(401, {}));
  await expect(backend.call('ledger_verify', {})).rejects.toMatchObject({ code: 'no_token' });
  expect(connections.at(-1)).toBe('no_token');
});

test('the feed authenticates by its protocol and tells changes', () => {
  const { changes } = open();
  const feed = FakeFeed.opened[0]!;
  expect(feed.protocols).toEqual(['tillstream', 'token.secret']);
  feed.onopen();
  feed.onmessage({ data: '{"topic":"sale","id":"inv_1","version":2}' });
  expect(changes).toEqual([{ topic: 'sale', id: 'inv_1', version: 2 }]);
});

test('a closed feed is a lost till at once; back again, everything is read anew', () => {
  const { connections, changes } = open();
  FakeFeed.opened[0]!.onopen();
  FakeFeed.opened[0]!.onclose();
  expect(connections.at(-1)).toBe('no_till');
  vi.advanceTimersByTime(1_000);
  FakeFeed.opened[1]!.onopen();
  expect(connections.at(-1)).toBe('connected');
  expect(changes).toEqual([{ topic: 'everything', id: '', version: 0 }]);
});

test('without a token no feed is opened', () => {
  const { connections } = open('');
  expect(FakeFeed.opened).toEqual([]);
  expect(connections).toEqual(['no_token']);
});
